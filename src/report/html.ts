/** Text that is already HTML and must not be escaped again. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

type Insert = Html | string | number | readonly (Html | string | number)[];

/**
 * Makes HTML from a template: what is put into it is escaped unless it is HTML itself; lists are joined.
 *
 * @example
 * html`<p>${'a < b'}</p>`.text; // '<p>a &lt; b</p>'
 */
export function html(strings: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  return new Html(strings.reduce((page, part, i) => page + toHtml(inserts[i - 1]!) + part));
}

/** HTML (or SVG) made elsewhere, put in as it is. */
export function raw(text: string): Html {
  return new Html(text);
}

/** Escapes text for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function toHtml(insert: Insert): string {
  if (insert instanceof Html) return insert.text;
  if (Array.isArray(insert)) return insert.map(toHtml).join('');
  return escapeHtml(String(insert));
}
