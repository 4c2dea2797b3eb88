import type { Genes } from '../gene-family.js';
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

/** A residual network as this family sees it; all of these have a 3x3 stem, basic blocks and one branch. */
interface Residual {
  readonly stem: number;
  readonly blocks: number;
  /** Widening of each stage. */
  readonly widen: readonly number[];
}

const published: Readonly<Record<string, Residual>> = {
  'resnet-tiny': { stem: 8, blocks: 1, widen: [1, 2, 2] },
  resnet8: { stem: 16, blocks: 1, widen: [1, 2, 2] },
  resnet20: { stem: 16, blocks: 3, widen: [1, 2, 2] },
  resnet32: { stem: 16, blocks: 5, widen: [1, 2, 2] },
  resnet56: { stem: 16, blocks: 9, widen: [1, 2, 2] },
  'wrn-16-4': { stem: 16, blocks: 2, widen: [4, 2, 2] },
  'wrn-28-10': { stem: 16, blocks: 4, widen: [10, 2, 2] },
};

const BASIC = 1;

/**
 * The genes nearest to a residual baseline: those of its stem, stages and blocks, each moved to the nearest value that
 * the space has. Shortcuts are this family's (1x1 with batch norm), whatever the baseline's are. Undefined for other
 * networks.
 */
export function expressBaseline(name: string, values: readonly (readonly number[])[]): Genes | undefined {
  const network = published[name.replace(/-b$/, '')];
  if (network === undefined) return undefined;
  const genes = new Int32Array(values.length);
  const set = (index: number, wanted: number): number => {
    genes[index] = nearest(values[index]!, wanted);
    return genes[index];
  };
  set(OUT_CHANNEL_0, network.stem);
  set(KERNEL_SIZE_0, 3);
  const stages = set(MAIN_BLOCKS, network.widen.length);
  for (let j = 0; j < stages; j++) {
    set(blockStart(j) + RESIDUAL_BLOCKS, network.blocks);
    set(blockStart(j) + CONV_BLOCK, BASIC);
    set(blockStart(j) + WIDEN_FACT, network.widen[j] ?? 1);
    set(blockStart(j) + BRANCHES, 1);
  }
  return genes;
}

/** The value with the least distance; of two, the smaller. */
function nearest(values: readonly number[], wanted: number): number {
  return values.reduce((best, value) => (Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best));
}
