import { fail } from '../../config/index.js';

const blockBytes = 512;

/** A regular file inside an archive. */
export interface TarEntry {
  readonly path: string;
  readonly data: Uint8Array;
}

/**
 * The regular files of an uncompressed tar archive, which arrives in pieces of any size.
 *
 * Only what the CIFAR-10 archive needs: a flat list of files with short names (POSIX ustar, also GNU's variant). A
 * package for tar brings links, permissions and unpacking outside the folder, none of which is wanted here. Each file
 * is held in memory, so this is for archives of small files.
 *
 * @throws DATA_INVALID when the archive is damaged or ends early
 */
export async function* readTar(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new PieceReader(pieces);
  for (let header = await reader.take(blockBytes); header !== undefined; header = await reader.take(blockBytes)) {
    if (header.every((byte) => byte === 0)) return;
    checkHeader(header);
    const size = octal(header, 124, 12);
    const data = await reader.take(size);
    const padding = (blockBytes - (size % blockBytes)) % blockBytes;
    if (data === undefined || (await reader.take(padding)) === undefined) damaged('it ends inside a file');
    if (header[156] === 0 || header[156] === 0x30) yield { path: pathOf(header), data };
  }
  damaged('it ends without its end mark');
}

/** The checksum is the sum of all header bytes, with the checksum field itself read as spaces. */
function checkHeader(header: Uint8Array): void {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (sum !== octal(header, 148, 8)) damaged('the checksum of a file header is wrong');
}

function pathOf(header: Uint8Array): string {
  const ustar = text(header, 257, 6) === 'ustar';
  const prefix = ustar ? text(header, 345, 155) : '';
  return prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(header: Uint8Array, start: number, length: number): number {
  const digits = text(header, start, length).trim();
  if (!/^[0-7]+$/.test(digits)) damaged('a number in a file header is not octal');
  return Number.parseInt(digits, 8);
}

function damaged(why: string): never {
  return fail('DATA_INVALID', 'The archive is damaged.', { found: why, accepted: 'a tar archive (POSIX ustar)' });
}

/** Cuts a stream of pieces anew, into pieces of asked-for sizes. */
class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next `size` bytes, or undefined when the stream ends before them. */
  async take(size: number): Promise<Uint8Array | undefined> {
    const out = new Uint8Array(size);
    let filled = 0;
    for (;;) {
      const part = this.#rest.subarray(0, size - filled);
      out.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
      if (filled === size) return out;
      const next = await this.#pieces.next();
      if (next.done === true) return undefined;
      this.#rest = next.value;
    }
  }
}
