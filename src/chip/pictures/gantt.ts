import type { Simulation } from '../simulation/simulate-chip.js';
import { box, layerColour, quantity, svg, text } from './svg.js';

const left = 150;
const width = 1_000;
const rowHeight = 18;
const axis = 26;
const legend = 26;

/**
 * When each layer worked on which inference: one line per layer, one colour per inference. The full colour rises in a bar
 * as high as the share of that time in which the layer's cores were at work; the rest is waiting for inputs.
 */
export function gantt({ spans, seconds }: Simulation): string {
  const layers = [...new Set(spans.map(({ layer }) => layer))];
  const row = new Map(layers.map((layer, i) => [layer, i * rowHeight]));
  const scale = (width - left) / (seconds || 1);
  const names = layers.map((layer) =>
    text(left - 8, row.get(layer)! + 13, shorten(layer), 'text-anchor="end" font-size="11"'),
  );
  const bars = spans.flatMap(({ layer, inference, startSeconds, endSeconds, busySeconds }) => {
    const duration = endSeconds - startSeconds;
    const share = duration > 0 ? Math.min(1, busySeconds / duration) : 1;
    const title = `${layer}, inference ${inference + 1}: ${quantity(startSeconds, 's')} to ${quantity(endSeconds, 's')}, ${Math.round(100 * share)} % at work`;
    const x = left + startSeconds * scale;
    const top = row.get(layer)! + 3;
    const [long, high] = [Math.max(0.6, duration * scale), rowHeight - 6];
    const colour = layerColour(inference);
    return [
      box(x, top, long, high, `fill="${colour}" fill-opacity="0.3"`, title),
      box(x, top + high * (1 - share), long, high * share, `fill="${colour}" pointer-events="none"`),
    ];
  });
  const foot = layers.length * rowHeight;
  const step = niceStep(Math.max(seconds, 1e-12) / 6);
  const marks = Array.from({ length: Math.floor(seconds / step + 1e-9) + 1 }, (_, i) => i * step);
  const grid = marks.map((mark) => box(left + mark * scale, 0, 0.75, foot + 4, 'fill-opacity="0.2"'));
  const ticks = marks.map((mark) =>
    text(left + mark * scale, foot + 16, quantity(mark, 's'), 'text-anchor="middle" font-size="11"'),
  );
  const inferences = [...new Set(spans.map(({ inference }) => inference))].slice(0, 8);
  const key = inferences.flatMap((inference, i) => [
    box(left + i * 100, foot + axis + 4, 12, 12, `fill="${layerColour(inference)}"`),
    text(left + i * 100 + 18, foot + axis + 14, `inference ${inference + 1}`, 'font-size="11"'),
  ]);
  return svg(width + 30, foot + axis + legend, 'Timeline of the layers', [
    ...grid,
    ...names,
    ...bars,
    ...ticks,
    ...key,
  ]);
}

/** The next of 1, 2, 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= least * (1 - 1e-9))!;
}

function shorten(name: string): string {
  return name.length <= 22 ? name : `…${name.slice(-21)}`;
}
