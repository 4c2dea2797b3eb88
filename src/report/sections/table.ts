import { type Html, html } from '../html.js';

/** A column of a table in the page. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers stand at the right. */
  readonly number?: boolean;
  /** Long texts may break. */
  readonly wrap?: boolean;
}

/** A table; `rowClass` marks rows (`best`, `failed`). */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  rowClass: (row: Row) => string = () => '',
): Html {
  const head = columns.map((column) => html`<th class="${cellClass(column)}" scope="col">${column.title}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr class="${rowClass(row)}">${columns.map((column) => html`<td class="${cellClass(column)}">${column.text(row)}</td>`)}</tr>`,
  );
  return html`<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function cellClass<Row>({ number = false, wrap = false }: Column<Row>): string {
  return number ? 'number' : wrap ? 'wrap' : '';
}
