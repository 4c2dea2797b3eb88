import type { Rng } from '../../tensor/index.js';
import type { Genes } from '../gene-family.js';
import type { MutationKind } from '../search-space.js';
import {
  BRANCHES,
  blockStart,
  CONV_BLOCK,
  KERNEL_SIZE_0,
  MAIN_BLOCKS,
  OUT_CHANNEL_0,
  RESIDUAL_BLOCKS,
  WIDEN_FACT,
} from './genes.js';

type Values = readonly (readonly number[])[];

/** How far a numeric gene moves in one mutation, as a share of its range. */
const REACH = 0.25;

type Change = (genes: Genes, values: Values) => Genes[];

/**
 * What a mutation of each kind may change, as AnalogNAS names it: depth changes R or the block type of one main block;
 * width changes its widening factor, adds or removes branches, or changes OC0; other changes KS0, or adds or removes a
 * main block, or as many as the next M of the space asks for. Each entry lists all its results.
 */
const changes: Record<MutationKind, readonly Change[]> = {
  depth: [
    (genes, values) => ofEachBlock(genes, values, RESIDUAL_BLOCKS, nearbyValues),
    (genes, values) => ofEachBlock(genes, values, CONV_BLOCK, otherValues),
  ],
  width: [
    (genes, values) => ofEachBlock(genes, values, WIDEN_FACT, nearbyValues),
    (genes, values) => ofEachBlock(genes, values, BRANCHES, nearbyValues),
    (genes, values) => settings(genes, OUT_CHANNEL_0, nearbyValues(values[OUT_CHANNEL_0]!, genes[OUT_CHANNEL_0]!)),
  ],
  other: [
    (genes, values) => settings(genes, KERNEL_SIZE_0, otherValues(values[KERNEL_SIZE_0]!, genes[KERNEL_SIZE_0]!)),
    withMainBlockAdded,
    withMainBlockRemoved,
  ],
};

/** Every result that {@link drawAnalogNasMutation} can have, over all kinds. */
export function analogNasNeighbours(genes: Genes, values: Values): Genes[] {
  return Object.values(changes).flatMap((ofKind) => ofKind.flatMap((change) => change(genes, values)));
}

/** One mutation: each change that is possible has the same chance, then each result of it. Undefined where none is. */
export function drawAnalogNasMutation(genes: Genes, values: Values, kind: MutationKind, rng: Rng): Genes | undefined {
  for (const change of rng.shuffle([...changes[kind]])) {
    const results = change(genes, values);
    if (results.length > 0) return rng.pick(results);
  }
  return undefined;
}

/** Shrinks R, B or WF of one main block; where all are least, M; where that is least too, OC0 or KS0. */
export function shrinkAnalogNas(genes: Genes, values: Values, rng: Rng): boolean {
  const mainBlocks = genes[MAIN_BLOCKS]!;
  const ofBlocks = Array.from({ length: mainBlocks }, (_, j) => blockStart(j)).flatMap((start) => [
    start + RESIDUAL_BLOCKS,
    start + BRANCHES,
    start + WIDEN_FACT,
  ]);
  for (const group of [ofBlocks, [MAIN_BLOCKS], [OUT_CHANNEL_0, KERNEL_SIZE_0]]) {
    const shrinkable = group.filter((index) => genes[index]! > values[index]![0]!);
    if (shrinkable.length === 0) continue;
    const index = rng.pick(shrinkable);
    genes[index] = rng.pick(values[index]!.filter((value) => value < genes[index]!));
    genes.fill(0, blockStart(genes[MAIN_BLOCKS]!));
    return true;
  }
  return false;
}

function ofEachBlock(
  genes: Genes,
  values: Values,
  offset: number,
  candidates: (values: readonly number[], current: number) => readonly number[],
): Genes[] {
  return Array.from({ length: genes[MAIN_BLOCKS]! }, (_, j) => blockStart(j) + offset).flatMap((index) =>
    settings(genes, index, candidates(values[index]!, genes[index]!)),
  );
}

/** Copies of `genes` with the gene at `index` set to each of `candidates`. */
function settings(genes: Genes, index: number, candidates: readonly number[]): Genes[] {
  return candidates.map((value) => {
    const changed = genes.slice();
    changed[index] = value;
    return changed;
  });
}

function nearbyValues(values: readonly number[], current: number): readonly number[] {
  const at = values.indexOf(current);
  const reach = Math.max(1, Math.floor(values.length * REACH));
  return values.slice(Math.max(0, at - reach), at + reach + 1).filter((value) => value !== current);
}

function otherValues(values: readonly number[], current: number): readonly number[] {
  return values.filter((value) => value !== current);
}

/** As many main blocks more as the next M has, at the end: least R, B and WF, each block type. */
function withMainBlockAdded(genes: Genes, values: Values): Genes[] {
  const mainBlocks = genes[MAIN_BLOCKS]!;
  const more = values[MAIN_BLOCKS]!.find((value) => value > mainBlocks);
  if (more === undefined) return [];
  return values[blockStart(mainBlocks) + CONV_BLOCK]!.map((type) => {
    const changed = genes.slice();
    changed[MAIN_BLOCKS] = more;
    for (let j = mainBlocks; j < more; j++) {
      const start = blockStart(j);
      for (const offset of [RESIDUAL_BLOCKS, WIDEN_FACT, BRANCHES]) {
        changed[start + offset] = values[start + offset]![0]!;
      }
      changed[start + CONV_BLOCK] = type;
    }
    return changed;
  });
}

/** As many neighbouring main blocks fewer as lead to the next lower M, in each place in turn; those after them move up. */
function withMainBlockRemoved(genes: Genes, values: Values): Genes[] {
  const mainBlocks = genes[MAIN_BLOCKS]!;
  const fewer = values[MAIN_BLOCKS]!.findLast((value) => value < mainBlocks);
  if (fewer === undefined) return [];
  const removed = mainBlocks - fewer;
  return Array.from({ length: fewer + 1 }, (_, j) => {
    const changed = genes.slice();
    changed[MAIN_BLOCKS] = fewer;
    changed.copyWithin(blockStart(j), blockStart(j + removed), blockStart(mainBlocks));
    changed.fill(0, blockStart(fewer));
    return changed;
  });
}
