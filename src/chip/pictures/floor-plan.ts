import { type Block, capacityOf, type Mapping } from '../mapping.js';
import { groupBy } from '../totals.js';
import { box, layerColour, svg, text } from './svg.js';

const edge = 80;
const gap = 12;
const pitch = { x: edge + gap, y: edge + gap + 12 };
const heading = 24;
/** Free cores beyond this many are not drawn. */
const mostShown = 256;

/**
 * The chip's cores as a square grid (their real places on the die are unpublished); in each core its blocks at their
 * cells, coloured by layer, and the share of its cells that they fill. Each chip and each round has a grid of its own.
 * Cores that the hardware lacks stand below, framed in red.
 */
export function floorPlan(mapping: Mapping): string {
  const byCore = groupBy(mapping.blocks, ({ core }) => core);
  const colours = new Map(mapping.layers.map(({ id }, i) => [id, layerColour(i)]));
  const grids = gridsOf(mapping, byCore);
  const across = Math.ceil(Math.sqrt(Math.min(mapping.chip.cores.value, mostShown)));
  const parts: string[] = [];
  let y = 10;
  for (const { title, cores, missing } of grids) {
    if (title !== '') {
      parts.push(text(1, y + 12, title, 'font-weight="600"'));
      y += heading;
    }
    for (const [i, core] of cores.entries()) {
      const place = { x: 1 + (i % across) * pitch.x, y: y + Math.floor(i / across) * pitch.y };
      parts.push(...drawCore(core, byCore.get(core) ?? [], place, missing, mapping, colours));
    }
    y += Math.ceil(cores.length / across) * pitch.y;
  }
  const label = `${mapping.network} on ${mapping.chip.name}: ${mapping.cores} cores`;
  return svg(across * pitch.x, y, label, parts);
}

interface Grid {
  readonly title: string;
  /** Numbers of the cores in it. */
  readonly cores: readonly number[];
  /** Whether these cores do not exist. */
  readonly missing: boolean;
}

/** One grid per chip and round, and one for the cores that are missing. */
function gridsOf(mapping: Mapping, byCore: ReadonlyMap<number, unknown>): Grid[] {
  const { chip, chips, rounds } = mapping;
  const size = chip.cores.value;
  const single = chips * rounds === 1;
  const grids: Grid[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let number = 0; number < chips; number++) {
      const first = (round * chips + number) * size;
      const used = [...byCore.keys()].filter((core) => core >= first && core < first + size);
      // a chip may have far more cores than can be listed
      const shown = used.reduce((most, core) => Math.max(most, core - first + 1), Math.min(size, mostShown));
      const names = [...(chips > 1 ? [`chip ${number + 1}`] : []), ...(rounds > 1 ? [`round ${round + 1}`] : [])];
      grids.push({
        title: single ? '' : names.join(', '),
        cores: Array.from({ length: shown }, (_, i) => first + i),
        missing: false,
      });
    }
  }
  const end = capacityOf(mapping) * rounds;
  const missing = [...byCore.keys()].filter((core) => core >= end).sort((a, b) => a - b);
  if (missing.length > 0) {
    grids.push({ title: `${missing.length} cores are missing`, cores: missing, missing: true });
  }
  return grids;
}

function drawCore(
  core: number,
  blocks: readonly Block[],
  { x, y }: { x: number; y: number },
  missing: boolean,
  { chip }: Mapping,
  colours: ReadonlyMap<string, string>,
): string[] {
  const [rows, columns] = [chip.rows.value, chip.columns.value];
  const line = missing ? 'stroke="#D55E00" stroke-dasharray="4 3"' : 'stroke="currentColor" stroke-opacity="0.35"';
  const frame = box(x, y, edge, edge, `fill="currentColor" fill-opacity="0.04" ${line}`, `core ${core}`);
  const fills = blocks.map(({ layer, copy, cell, rowRange, colRange }) => {
    const [height, width] = [rowRange[1] - rowRange[0], colRange[1] - colRange[0]];
    const title = `${layer}${copy > 0 ? ` (copy ${copy + 1})` : ''}: rows ${rowRange.join('-')}, columns ${colRange.join('-')}`;
    const look = `fill="${colours.get(layer)}" fill-opacity="0.8"`;
    const [left, top] = [x + (cell[1] * edge) / columns, y + (cell[0] * edge) / rows];
    return box(left, top, (width * edge) / columns, (height * edge) / rows, look, title);
  });
  if (blocks.length === 0) return [frame];
  const filled = blocks.reduce(
    (sum, { rowRange, colRange }) => sum + (rowRange[1] - rowRange[0]) * (colRange[1] - colRange[0]),
    0,
  );
  const share = `${Number(((100 * filled) / (rows * columns)).toPrecision(2))} %`;
  return [
    frame,
    ...fills,
    text(x + edge - 4, y + edge - 5, share, 'text-anchor="end" font-size="9.5" fill-opacity="0.75"'),
    text(x, y + edge + 11, nameOf(blocks), 'font-size="9" fill-opacity="0.85"'),
  ];
}

/** The name of a core's layer, or how many layers it holds. */
function nameOf(blocks: readonly Block[]): string {
  const layers = new Set(blocks.map(({ layer }) => layer));
  if (layers.size > 1) return `${layers.size} layers`;
  const name = blocks[0]!.layer;
  return name.length <= 17 ? name : `…${name.slice(-16)}`;
}
