/** A column of a plain-text table. */
export interface TextColumn<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers stand at the right. */
  readonly number?: boolean;
}

/**
 * A table for the terminal: aligned columns, two spaces between them, a rule under the titles, no trailing blanks.
 *
 * @example
 * textTable([{ title: 'cores', number: true, text: (n: number) => String(n) }], [14]);
 * // cores
 * // -----
 * //    14
 */
export function textTable<Row>(columns: readonly TextColumn<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => column.text(row)));
  const widths = columns.map(({ title }, i) => Math.max(width(title), ...cells.map((row) => width(row[i]!))));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => (columns[i]!.number ? padStart(text, widths[i]!) : padEnd(text, widths[i]!)))
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    widths.map((n) => '-'.repeat(n)).join('  '),
    ...cells.map(line),
  ].join('\n');
}

/** Characters as a reader counts them, so that `µ` and `±` take one place. */
function width(text: string): number {
  return [...text].length;
}

function padStart(text: string, to: number): string {
  return ' '.repeat(Math.max(0, to - width(text))) + text;
}

function padEnd(text: string, to: number): string {
  return text + ' '.repeat(Math.max(0, to - width(text)));
}
