import { type CsvRow, toCsv } from '../csv.js';
import { type Html, html, raw } from '../html.js';

/** A picture with its caption and, where there are rows, a link that downloads them. */
export function figure(svg: string, caption: string, fileName: string, rows: readonly CsvRow[]): Html {
  return html`<figure>${raw(svg)}<figcaption><span>${caption}</span>${dataLink(fileName, rows)}</figcaption></figure>`;
}

/** A link that downloads rows as CSV; the data lie in the link itself. Empty without rows. */
export function dataLink(fileName: string, rows: readonly CsvRow[]): Html {
  if (rows.length === 0) return html``;
  const address = `data:text/csv;charset=utf-8,${encodeURIComponent(toCsv(rows))}`;
  return html`<a class="data" download="${fileName}.csv" href="${address}">Data (CSV)</a>`;
}

/** What must be known beside a result. Empty without notes. */
export function noteStrip(notes: readonly string[]): Html {
  return notes.length === 0 ? html`` : html`<div class="notes">${notes.map((note) => html`<p>${note}</p>`)}</div>`;
}
