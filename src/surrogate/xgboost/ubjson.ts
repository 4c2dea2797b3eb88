/** A value of a UBJSON document; numbers in typed lists become typed arrays' plain numbers. */
export type UbjValue = null | boolean | number | string | UbjValue[] | { [key: string]: UbjValue };

/**
 * Reads Universal Binary JSON (draft 12, ubjson.org) as XGBoost writes it: big-endian, typed and counted lists included.
 *
 * @throws RangeError, SyntaxError where the bytes are no such document
 */
export function parseUbjson(bytes: Uint8Array): UbjValue {
  const reader = new Reader(bytes);
  const value = reader.value(reader.marker());
  return value;
}

class Reader {
  readonly #view: DataView;
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next type marker; `N` (no operation) is skipped. */
  marker(): string {
    for (;;) {
      const marker = String.fromCharCode(this.#view.getUint8(this.#at++));
      if (marker !== 'N') return marker;
    }
  }

  value(marker: string): UbjValue {
    switch (marker) {
      case 'Z':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'S':
        return this.#text(this.#count());
      case 'C':
        return this.#text(1);
      case '[':
        return this.#list();
      case '{':
        return this.#mapping();
      default:
        return this.#number(marker);
    }
  }

  #number(marker: string): number {
    const at = this.#at;
    switch (marker) {
      case 'i':
        this.#at += 1;
        return this.#view.getInt8(at);
      case 'U':
        this.#at += 1;
        return this.#view.getUint8(at);
      case 'I':
        this.#at += 2;
        return this.#view.getInt16(at);
      case 'l':
        this.#at += 4;
        return this.#view.getInt32(at);
      case 'L':
        this.#at += 8;
        return Number(this.#view.getBigInt64(at));
      case 'd':
        this.#at += 4;
        return this.#view.getFloat32(at);
      case 'D':
        this.#at += 8;
        return this.#view.getFloat64(at);
      default:
        throw new SyntaxError(`unknown type ${JSON.stringify(marker)} at byte ${at - 1}`);
    }
  }

  #count(): number {
    const count = this.#number(this.marker());
    if (count < 0 || count > this.bytes.length) throw new SyntaxError(`count ${count} at byte ${this.#at}`);
    return count;
  }

  #text(length: number): string {
    if (this.#at + length > this.bytes.length) throw new RangeError('text beyond the end');
    const text = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.#at, length).toString('utf8');
    this.#at += length;
    return text;
  }

  /** Type of all members (`$`) and their number (`#`), where they are given. */
  #header(): { type: string | undefined; count: number | undefined } {
    let type: string | undefined;
    if (this.#next() === '$') {
      this.#at++;
      type = this.marker();
    }
    if (this.#next() !== '#') return { type, count: undefined };
    this.#at++;
    return { type, count: this.#count() };
  }

  /** The byte ahead, as a letter; `N` (no operation) is skipped. */
  #next(): string {
    while (this.#view.getUint8(this.#at) === 0x4e) this.#at++;
    return String.fromCharCode(this.#view.getUint8(this.#at));
  }

  #list(): UbjValue[] {
    const { type, count } = this.#header();
    const list: UbjValue[] = [];
    while (count === undefined ? this.#next() !== ']' : list.length < count)
      list.push(this.value(type ?? this.marker()));
    if (count === undefined) this.#at++;
    return list;
  }

  #mapping(): { [key: string]: UbjValue } {
    const { type, count } = this.#header();
    const entries: [string, UbjValue][] = [];
    while (count === undefined ? this.#next() !== '}' : entries.length < count) {
      const key = this.#text(this.#count());
      entries.push([key, this.value(type ?? this.marker())]);
    }
    if (count === undefined) this.#at++;
    return Object.fromEntries(entries);
  }
}
