import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { type CsvRow, toCsv } from '../../report/index.js';
import { guardWrite, writeFileAtomic } from '../../store/index.js';

/**
 * A CSV file that grows by one row per finished evaluation. A row counts once it stands there with its line end: what a
 * kill cut short is dropped at the next opening, so at most the evaluations in flight are lost.
 */
export class RowJournal {
  readonly #file: string;
  readonly #heading: string;
  readonly #lines = new Map<number, string>();

  /** @param columns names of the columns; the first one must hold the row's number */
  constructor(file: string, columns: readonly string[]) {
    this.#file = file;
    this.#heading = toCsv([Object.fromEntries(columns.map((column) => [column, null]))]).split('\r\n')[0]!;
    for (const line of wholeLines(file).slice(1)) this.#lines.set(Number.parseInt(line, 10), line);
    this.#rewrite();
  }

  has(number: number): boolean {
    return this.#lines.has(number);
  }

  /** Rows so far. */
  get size(): number {
    return this.#lines.size;
  }

  /** Rows whose last column is filled in. */
  get filled(): number {
    // what holds a comma stands in quotes, so that only an empty last field leaves one at the end
    return [...this.#lines.values()].filter((line) => !line.endsWith(',')).length;
  }

  /** Writes a row through to the disk. */
  add(number: number, row: CsvRow): void {
    const line = toCsv([row]).split('\r\n')[1]!;
    this.#lines.set(number, line);
    guardWrite(this.#file, () => {
      const descriptor = openSync(this.#file, 'a');
      try {
        appendFileSync(descriptor, `${line}\n`);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    });
  }

  /** Puts the rows in the order of their numbers: the file no longer depends on which evaluation ended first. */
  finish(): void {
    this.#rewrite();
  }

  #rewrite(): void {
    const rows = [...this.#lines].sort(([a], [b]) => a - b).map(([, line]) => line);
    guardWrite(this.#file, () => writeFileAtomic(this.#file, `${[this.#heading, ...rows].join('\n')}\n`));
  }
}

/** The lines of a file that end in a line end. No field of a journal holds one. */
function wholeLines(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split(/\r?\n/).slice(0, -1);
}
