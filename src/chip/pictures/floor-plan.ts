import type { Mapping } from '../mapping.js';
import { box, layerColour, svg, text } from './svg.js';

const edge = 76;
const gap = 12;
const top = 10;

/**
 * The chip's cores as a square grid (their real places on the die are unpublished); in each core its blocks at their
 * cells, coloured by layer. Cores that the chip lacks stand below, framed in red.
 */
export function floorPlan(mapping: Mapping): string {
  const { chip, blocks, layers } = mapping;
  const onChip = chip.cores.value;
  const shown = Math.max(Math.min(onChip, 256), 1 + Math.max(-1, ...blocks.map(({ core }) => core)));
  const across = Math.ceil(Math.sqrt(Math.min(onChip, shown)));
  const index = new Map(layers.map(({ id }, i) => [id, i]));
  const at = (core: number) => ({
    x: (core % across) * (edge + gap),
    y: top + Math.floor(core / across) * (edge + gap + 12),
  });
  const frames = Array.from({ length: shown }, (_, core) => {
    const { x, y } = at(core);
    const line =
      core < onChip ? 'stroke="currentColor" stroke-opacity="0.35"' : 'stroke="#D55E00" stroke-dasharray="4 3"';
    return box(x + 1, y, edge, edge, `fill="currentColor" fill-opacity="0.04" ${line}`, `core ${core}`);
  });
  const fills = blocks.map(({ layer, copy, core, cell, rowRange, colRange }) => {
    const { x, y } = at(core);
    const [height, width] = [rowRange[1] - rowRange[0], colRange[1] - colRange[0]];
    const scaleX = edge / chip.columns.value;
    const scaleY = edge / chip.rows.value;
    const title = `${layer}${copy > 0 ? ` (copy ${copy + 1})` : ''}: rows ${rowRange.join('-')}, columns ${colRange.join('-')}`;
    const colour = `fill="${layerColour(index.get(layer)!)}" fill-opacity="0.8"`;
    return box(x + 1 + cell[1] * scaleX, y + cell[0] * scaleY, width * scaleX, height * scaleY, colour, title);
  });
  const names = labels(mapping).map(([core, name]) => {
    const { x, y } = at(core);
    return text(x + 1, y + edge + 12, name, 'font-size="9.5" fill-opacity="0.8"');
  });
  const rows = Math.ceil(shown / across);
  const label = `${mapping.network} on ${chip.name}: ${mapping.cores} cores`;
  return svg(across * (edge + gap), top + rows * (edge + gap + 12), label, [...frames, ...fills, ...names]);
}

/** Under each core the name of its layer, or how many layers it holds. */
function labels({ blocks }: Mapping): [number, string][] {
  const byCore = new Map<number, Set<string>>();
  for (const { core, layer } of blocks) byCore.set(core, (byCore.get(core) ?? new Set()).add(layer));
  return [...byCore].map(([core, layers]) => {
    const [first] = layers;
    return [core, layers.size > 1 ? `${layers.size} layers` : shorten(first!)];
  });
}

function shorten(name: string): string {
  return name.length <= 14 ? name : `…${name.slice(-13)}`;
}
