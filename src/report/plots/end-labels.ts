import type { RenderFunction } from '@observablehq/plot';

/** The name of a line, to be written at its end. */
export interface EndLabel {
  /** The end of the line, in the units of the axes. */
  readonly x: unknown;
  readonly y: number;
  readonly text: string;
  readonly colour: string;
  /** The line's dashes, as in `stroke-dasharray`; solid if absent. */
  readonly dash?: string;
}

/** Pixels between the middles of two labels: a line of the pictures' writing. */
const lineHeight = 17;
const fontSize = 13;
/** Pixels from the end of a line to where its name begins. */
const reach = 34;

/** Pixels that labels of these texts need to the right of the frame. */
export function endLabelMargin(texts: readonly string[]): number {
  return reach + 10 + 8 * Math.max(...texts.map((text) => text.length));
}

/**
 * A mark that writes names at the ends of lines: in the colour of the page's writing, each joined to its line by a piece
 * of it. Names that would overlap are moved apart, which does not move the axes.
 */
export function endLabels(labels: readonly EndLabel[]): RenderFunction {
  return (_index, scales, _values, { height, marginTop, marginBottom }, { document }) => {
    const ends = labels.map(({ x, y }) => ({ x: Number(scales.x!(x)), y: Number(scales.y!(y)) }));
    const places = spreadApart(
      ends.map(({ y }) => y),
      lineHeight,
      marginTop,
      height - marginBottom,
    );
    const group = element(document, 'g', { 'aria-label': 'line names', 'text-anchor': 'start', 'font-size': fontSize });
    for (const [i, { text, colour, dash = '' }] of labels.entries()) {
      const [{ x, y }, place] = [ends[i]!, places[i]!];
      const d = `M${x + 6},${y}L${x + 16},${place}H${x + reach - 4}`;
      const line = {
        fill: 'none',
        stroke: colour,
        'stroke-width': 2.2,
        ...(dash !== '' && { 'stroke-dasharray': dash }),
      };
      const name = element(document, 'text', { x: x + reach, y: place, dy: '0.32em' });
      name.textContent = text;
      group.append(element(document, 'path', { d, ...line }), name);
    }
    return group as unknown as ReturnType<RenderFunction>;
  };
}

/** What is used of an element of the picture. */
interface SvgElement {
  textContent: string;
  setAttribute(name: string, value: string): void;
  append(...children: SvgElement[]): void;
}

interface SvgDocument {
  createElementNS(namespace: string, name: string): SvgElement;
}

function element(
  document: SvgDocument,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): SvgElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * Moves places at least `gap` apart, as little as can be (in squares), and none out of `top` to `bottom`; closer together
 * where so many do not fit. The order stays.
 */
export function spreadApart(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const step = Math.min(gap, (bottom - top) / Math.max(1, wanted.length - 1));
  // without the steps between them the places only have to rise
  const rising = risingMeans(order.map((i, rank) => wanted[i]! - rank * step));
  const most = bottom - (wanted.length - 1) * step;
  const places: number[] = [...wanted];
  for (const [rank, i] of order.entries()) {
    places[i] = Math.min(most, Math.max(top, rising[rank]!)) + rank * step;
  }
  return places;
}

/** The rising series that is nearest to a given one: where it falls, neighbours share their mean. */
function risingMeans(series: readonly number[]): number[] {
  const groups: { mean: number; size: number }[] = [];
  for (const value of series) {
    let group = { mean: value, size: 1 };
    while (groups.length > 0 && groups.at(-1)!.mean > group.mean) {
      const { mean, size } = groups.pop()!;
      const total = size + group.size;
      group = { mean: (mean * size + group.mean * group.size) / total, size: total };
    }
    groups.push(group);
  }
  return groups.flatMap(({ mean, size }) => Array<number>(size).fill(mean));
}
