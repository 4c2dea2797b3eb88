/**
 * Reads comma-separated values (RFC 4180: fields in double quotes may hold commas, line breaks and doubled quotes).
 *
 * @returns the header's names, and every further row as a list of as many fields; empty lines are skipped
 * @throws SyntaxError naming the line or the row (from 1, the header not counted): a row of another length, as a file that
 *   was cut off ends with, must not pass for data
 */
export function parseCsv(text: string): { columns: string[]; rows: string[][] } {
  const rows: string[][] = [];
  let row: string[] = [];
  // one field, quoted or plain, and what ends it
  const field = /(?:"((?:[^"]|"")*)"|((?:[^",\r\n][^,\r\n]*)?))(,|\r\n|\n|\r|$)/y;
  const content = text.replace(/^\uFEFF/, '');
  while (field.lastIndex < content.length) {
    const match = field.exec(content);
    if (match === null)
      throw new SyntaxError(`line ${rows.length + 1}: text after a closing quote, or a quote left open`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === ',') {
      if (field.lastIndex === content.length) row.push('');
      else continue;
    }
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  const [columns = [], ...others] = rows;
  for (const [i, { length }] of others.entries()) {
    if (length !== columns.length) {
      throw new SyntaxError(`row ${i + 1}: ${counted(length)}, where the header has ${columns.length}`);
    }
  }
  return { columns, rows: others };
}

function counted(fields: number): string {
  return fields === 1 ? '1 field' : `${fields} fields`;
}
