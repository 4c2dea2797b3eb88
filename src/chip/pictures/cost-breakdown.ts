import type { ChipCost, CostPart } from '../cost.js';
import { box, layerColour, quantity, svg, text } from './svg.js';

const left = 70;
const width = 900;
const bar = 30;

/** Time and energy of an inference by part, as two bars; hatched where the figures rest on assumed parameters. */
export function costBreakdown({ parts, phases }: ChipCost): string {
  const hatch =
    '<defs><pattern id="assumed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="6" fill="#fff" fill-opacity="0.55"/></pattern></defs>';
  const bars = [
    ...stack(parts, 'seconds', 6, 'time', (s) => quantity(s, 's')),
    ...stack(parts, 'joules', 6 + bar + 26, 'energy', (j) => quantity(j, 'J')),
  ];
  const legend = parts.flatMap(({ name, assumed }, i) => {
    const [x, y] = [left + i * 166, 2 * (bar + 26) + 8];
    const look = `fill="${layerColour(i)}" rx="2"`;
    const swatch = box(x, y, 14, 14, look);
    return [
      swatch,
      assumed ? box(x, y, 14, 14, 'fill="url(#assumed)"') : '',
      text(x + 20, y + 11.5, assumed ? `${name} (assumed)` : name),
    ];
  });
  return svg(width, 2 * (bar + 26) + 34, `Cost of one inference, ${phases}-phase read`, [hatch, ...bars, ...legend]);
}

function stack(
  parts: readonly CostPart[],
  key: 'seconds' | 'joules',
  y: number,
  name: string,
  show: (value: number) => string,
): string[] {
  const total = parts.reduce((sum, part) => sum + part[key], 0);
  const scale = (width - left - 90) / total;
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
