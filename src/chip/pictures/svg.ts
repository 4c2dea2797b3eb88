/**
 * Colours of layers: Okabe and Ito's, distinct for every kind of colour vision, then the same lighter. Neighbouring
 * layers differ; names stand beside or in titles, so no picture relies on colour alone.
 */
const colours = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#8C8C2E', '#7A828A'];

/** The colour of the n-th layer. */
export function layerColour(n: number): string {
  return colours[n % colours.length]!;
}

/** A whole `<svg>` that follows the page's text colour and shrinks with it. */
export function svg(width: number, height: number, label: string, parts: readonly string[]): string {
  const size = `viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}"`;
  const look = 'fill="currentColor" font-family="system-ui, sans-serif" font-size="12"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escapeText(label)}" ${look}>${parts.join('')}</svg>`;
}

/** A picture as a file of its own: dark on white wherever it is opened. */
export function standalone(picture: string): string {
  return picture.replace('<svg ', '<svg style="background:#fff;color:#111" ');
}

/** A text at a place. */
export function text(x: number, y: number, words: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeText(words)}</text>`;
}

/** A rectangle with a title that readers see when they point at it. */
export function box(x: number, y: number, width: number, height: number, attributes: string, title = ''): string {
  const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  return `<rect ${place} ${attributes}>${title === '' ? '' : `<title>${escapeText(title)}</title>`}</rect>`;
}

/** Escapes text for element content and attributes. */
export function escapeText(words: string): string {
  return words.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A quantity with three digits and a prefix: `536 µs`. */
export function quantity(value: number, unit: string): string {
  if (value === 0) return `0 ${unit}`;
  const scales = [
    [1, ''],
    [1e-3, 'm'],
    [1e-6, 'µ'],
    [1e-9, 'n'],
  ] as const;
  const [size, prefix] = scales.find(([least]) => value >= least * 0.9995) ?? ([1e-12, 'p'] as const);
  return `${Number((value / size).toPrecision(3))} ${prefix}${unit}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
