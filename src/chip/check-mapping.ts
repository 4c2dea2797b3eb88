import { positionsOfCopy } from './map-layers.js';
import { type Block, capacityOf, type MappedLayer, type Mapping } from './mapping.js';

/**
 * Proves that every weight (not the zeros between groups) lies in exactly one cell of each copy of its layer, that no cell holds two weights, that no
 * block leaves its core, and that no core beyond the chip is used by a mapping that claims to fit. It shares no code with
 * the placement: it paints every weight and every cell.
 *
 * @returns what is wrong, in words; empty for a sound mapping
 */
export function checkMapping(mapping: Mapping): string[] {
  return [
    ...mapping.layers.flatMap((layer) => weightProblems(layer, mapping.blocks)),
    ...cellProblems(mapping),
    ...totalProblems(mapping),
  ];
}

function weightProblems(layer: MappedLayer, blocks: readonly Block[]): string[] {
  const own = blocks.filter((block) => block.layer === layer.id);
  if (layer.digital) return own.length === 0 ? [] : [`digital layer ${layer.id} has ${own.length} blocks`];
  const problems: string[] = [];
  for (let copy = 0; copy < layer.copies; copy++) {
    const seen = new Uint8Array(layer.rows * layer.cols);
    for (const { rowRange, colRange } of own.filter((block) => block.copy === copy)) {
      for (let row = rowRange[0]; row < rowRange[1]; row++) {
        for (let col = colRange[0]; col < colRange[1]; col++) seen[row * layer.cols + col]!++;
      }
    }
    const wrong = seen.findIndex((times, i) => times !== 1 && (times > 1 || isWeight(layer, i)));
    if (wrong !== -1) {
      const weight = `${layer.id}[${Math.floor(wrong / layer.cols)}, ${wrong % layer.cols}]`;
      problems.push(`weight ${weight} of copy ${copy} lies in ${seen[wrong]} cells`);
    }
  }
  const stray = own.find((block) => block.copy >= layer.copies);
  if (stray !== undefined) problems.push(`${layer.id} has a block of copy ${stray.copy}, but ${layer.copies} copies`);
  const vectors = Array.from({ length: layer.copies }, (_, copy) => positionsOfCopy(layer, copy));
  if (vectors.reduce((sum, n) => sum + n, 0) !== layer.positions) {
    problems.push(`the copies of ${layer.id} share ${vectors.join(' + ')} of ${layer.positions} vectors`);
  }
  return problems;
}

/** Whether a cell of a layer's matrix, counted row by row, holds a weight and not a zero between groups. */
function isWeight({ rows, cols, groups }: MappedLayer, index: number): boolean {
  const [row, col] = [Math.floor(index / cols), index % cols];
  return Math.floor((row * groups) / rows) === Math.floor((col * groups) / cols);
}

function cellProblems({ blocks, chip }: Mapping): string[] {
  const rows = chip.rows.value;
  const columns = chip.columns.value;
  const painted = new Map<number, Uint8Array>();
  const problems: string[] = [];
  for (const { layer, core, cell, rowRange, colRange } of blocks) {
    const bottom = cell[0] + rowRange[1] - rowRange[0];
    const right = cell[1] + colRange[1] - colRange[0];
    if (cell[0] < 0 || cell[1] < 0 || bottom > rows || right > columns) {
      problems.push(
        `a block of ${layer} reaches cell [${bottom}, ${right}] of core ${core}, which has ${rows} x ${columns}`,
      );
      continue;
    }
    const cells = painted.get(core) ?? new Uint8Array(rows * columns);
    painted.set(core, cells);
    for (let row = cell[0]; row < bottom; row++) {
      for (let column = cell[1]; column < right; column++) {
        if (cells[row * columns + column]!++ === 1)
          problems.push(`cell [${row}, ${column}] of core ${core} holds two weights`);
      }
    }
  }
  return problems;
}

function totalProblems(mapping: Mapping): string[] {
  const { blocks, cores, fits, rounds } = mapping;
  const available = capacityOf(mapping) * rounds;
  const used = new Set(blocks.map((block) => block.core));
  const problems: string[] = [];
  if (used.size !== cores) problems.push(`the mapping counts ${cores} cores and uses ${used.size}`);
  const beyond = [...used].filter((core) => core < 0 || core >= available);
  if (fits && beyond.length > 0) problems.push(`core ${beyond[0]} does not exist among ${available}`);
  return problems;
}
