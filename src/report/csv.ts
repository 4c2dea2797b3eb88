/** One row of a table to be downloaded. */
export type CsvRow = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Rows as comma-separated values with a heading line (RFC 4180). A text that a spreadsheet would take for a formula
 * gets an apostrophe in front.
 */
export function toCsv(rows: readonly CsvRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
  return lines.map((cells) => `${cells.map(field).join(',')}\r\n`).join('');
}

function field(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
