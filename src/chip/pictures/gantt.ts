import type { Simulation } from '../simulation/simulate-chip.js';
import { box, layerColour, quantity, svg, text } from './svg.js';

const left = 150;
const width = 1_000;
const rowHeight = 18;
const axis = 26;

/** When each layer worked on which inference: one line per layer, one colour per inference. */
export function gantt({ spans, seconds }: Simulation): string {
  const layers = [...new Set(spans.map(({ layer }) => layer))];
  const scale = (width - left) / seconds;
  const lines = layers.map((layer, i) => text(left - 8, i * rowHeight + 13, layer, 'text-anchor="end" font-size="11"'));
  const bars = spans.map(({ layer, inference, startSeconds, endSeconds }) => {
    const title = `${layer}, inference ${inference + 1}: ${quantity(startSeconds, 's')} to ${quantity(endSeconds, 's')}`;
    const long = Math.max(0.6, (endSeconds - startSeconds) * scale);
    const look = `fill="${layerColour(inference)}" fill-opacity="0.75" rx="2"`;
    return box(left + startSeconds * scale, layers.indexOf(layer) * rowHeight + 3, long, rowHeight - 6, look, title);
  });
  const foot = layers.length * rowHeight;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    text(
      left + share * (width - left),
      foot + 16,
      quantity(share * seconds, 's'),
      `text-anchor="${share === 1 ? 'end' : 'middle'}" font-size="11"`,
    ),
  );
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    box(left + share * (width - left), 0, 0.75, foot + 4, 'fill-opacity="0.2"'),
  );
  return svg(width, foot + axis, 'Timeline of the layers', [...grid, ...lines, ...bars, ...ticks]);
}
