import type { NetworkGraph } from '../../nn/index.js';
import { escapeHtml } from '../html.js';
import { palette, roleColours } from '../palette.js';
import { type Box, type BoxKind, collapse } from './collapse.js';
import { boxSize, type Layout, layOut, type PlacedBox, type PlacedEdge } from './layout.js';

const colours: Record<BoxKind, string> = {
  input: palette.grey,
  crossbar: roleColours.found,
  join: palette.orange,
  pool: palette.green,
  other: palette.grey,
};
const legend: readonly [BoxKind, string][] = [
  ['crossbar', 'weights on crossbars'],
  ['join', 'add, multiply, concatenate'],
  ['pool', 'pooling'],
  ['other', 'input and reshaping'],
];
const margin = 16;
const tallest = 1_700;
const legendHeight = 34;

/**
 * Draws a network as boxes in layers, each with the shape of its result; batch norms and activations stand inside the box
 * of the layer before them.
 */
export function networkPicture(graph: NetworkGraph): string {
  const { width, height, boxes, edges } = fitPage(collapse(graph));
  const full = Math.max(width, 620) + 2 * margin;
  const tall = height + 2 * margin + legendHeight;
  return [
    `<svg class="network" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${full} ${tall}" width="${full}" height="${tall}"`,
    ` role="img" aria-label="Layers of ${escapeHtml(graph.name)}" font-family="system-ui, sans-serif" fill="currentColor">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">',
    '<path d="M0,0.5L7.5,4L0,7.5z" fill="currentColor" fill-opacity="0.55"/></marker></defs>',
    drawLegend(),
    `<g transform="translate(${margin},${margin + legendHeight})">`,
    ...edges.map(drawEdge),
    ...boxes.map(drawBox),
    '</g></svg>',
  ].join('');
}

/** The narrowest of three widths at which the picture is not too tall; the page shrinks the wider ones. */
function fitPage(boxes: readonly Box[]): Layout {
  const [narrow, wider, widest] = [1_040, 1_560, 2_080].map((width) => () => layOut(boxes, width));
  const first = narrow!();
  if (first.height <= tallest) return first;
  const second = wider!();
  return second.height <= tallest ? second : widest!();
}

function drawLegend(): string {
  let x = margin;
  return legend
    .map(([kind, label]) => {
      const item = `<rect x="${x}" y="10" width="14" height="14" rx="3" fill="${colours[kind]}" fill-opacity="0.22" stroke="${colours[kind]}"/><text x="${x + 20}" y="21.5" font-size="12">${label}</text>`;
      x += 36 + label.length * 6.6;
      return item;
    })
    .join('');
}

function drawBox({ x, y, kind, title, detail, shape }: PlacedBox): string {
  const { width, height } = boxSize;
  const colour = colours[kind];
  const second = [detail, shape].filter((text) => text !== '').join(' · ');
  return [
    `<g transform="translate(${round(x)},${round(y)})">`,
    `<rect width="${width}" height="${height}" rx="7" fill="${colour}" fill-opacity="0.14" stroke="${colour}" stroke-width="1.3"/>`,
    `<text x="${width / 2}" y="16.5" text-anchor="middle" font-size="12.5" font-weight="600">${escapeHtml(title)}</text>`,
    `<text x="${width / 2}" y="31.5" text-anchor="middle" font-size="10.5" fill-opacity="0.75">${escapeHtml(second)}</text>`,
    '</g>',
  ].join('');
}

function drawEdge({ points, passesTo }: PlacedEdge): string {
  const [start, end] = [points[0]!, points.at(-1)!];
  const straight = points.length > 2 || start[0] === end[0];
  const path = straight
    ? points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)},${round(y)}`).join('')
    : curve(start, end);
  const style = 'fill="none" stroke="currentColor" stroke-opacity="0.5" stroke-width="1.3" stroke-linejoin="round"';
  return passesTo === null
    ? `<path d="${path}" ${style} marker-end="url(#arrow)"/>`
    : `<path d="${path}V${passesTo}" ${style}/>`;
}

function curve([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): string {
  const bend = Math.max(10, (y2 - y1) / 2);
  return `M${round(x1)},${round(y1)}C${round(x1)},${round(y1 + bend)} ${round(x2)},${round(y2 - bend)} ${round(x2)},${round(y2)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
