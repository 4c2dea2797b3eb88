import type { ChipCost, CostPart } from '../cost.js';
import { box, layerColour, quantity, svg, text } from './svg.js';

const left = 70;
const width = 900;
const bar = 30;
const line = 20;

/** Time and energy of an inference by part, as two bars; hatched where the figures rest on assumed parameters. */
export function costBreakdown({ parts, phases }: ChipCost): string {
  const hatch =
    '<defs><pattern id="assumed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="6" fill="#fff" fill-opacity="0.55"/></pattern></defs>';
  const present = parts.filter(({ seconds, joules }) => seconds > 0 || joules > 0);
  const bars = [
    ...stack(present, 'seconds', 6, 'time', (s) => quantity(s, 's')),
    ...stack(present, 'joules', 6 + bar + 26, 'energy', (j) => quantity(j, 'J')),
  ];
  const top = 2 * (bar + 26) + 10;
  const head = ['time', 'energy'].map((word, i) =>
    text(left + 300 + i * 110, top, word, 'text-anchor="end" font-size="11" fill-opacity="0.75"'),
  );
  const rows = present.flatMap(({ name, seconds, joules, assumed }, i) => {
    const y = top + 6 + i * line;
    return [
      box(left, y, 14, 14, `fill="${layerColour(i)}"`),
      assumed ? box(left, y, 14, 14, 'fill="url(#assumed)"') : '',
      text(left + 22, y + 11.5, assumed ? `${name} (assumed)` : name),
      text(left + 300, y + 11.5, quantity(seconds, 's'), 'text-anchor="end"'),
      text(left + 410, y + 11.5, quantity(joules, 'J'), 'text-anchor="end"'),
    ];
  });
  const label = `Cost of one inference, ${phases}-phase read`;
  return svg(width, top + 10 + present.length * line, label, [hatch, ...bars, ...head, ...rows]);
}

function stack(
  parts: readonly CostPart[],
  key: 'seconds' | 'joules',
  y: number,
  name: string,
  show: (value: number) => string,
): string[] {
  const total = parts.reduce((sum, part) => sum + part[key], 0);
  const scale = total === 0 ? 0 : (width - left - 90) / total;
  let x = left;
  const pieces = parts.flatMap((part, i) => {
    const long = part[key] * scale;
    const piece = box(x, y, long, bar, `fill="${layerColour(i)}"`, `${part.name}: ${show(part[key])}`);
    const cover = part.assumed ? box(x, y, long, bar, 'fill="url(#assumed)" pointer-events="none"') : '';
    x += long;
    return long === 0 ? [] : [piece, cover];
  });
  const label = text(left - 10, y + bar / 2 + 4, name, 'text-anchor="end"');
  return [label, ...pieces, text(x + 8, y + bar / 2 + 4, show(total), 'font-weight="600"')];
}
