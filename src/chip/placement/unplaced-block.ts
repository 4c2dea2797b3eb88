import type { Block } from '../mapping.js';

/** A block that has no core yet, with the vectors it multiplies in one inference. */
export interface UnplacedBlock extends Omit<Block, 'core' | 'cell'> {
  readonly rows: number;
  readonly cols: number;
  /** Products that this block computes in one inference. */
  readonly load: number;
}

/** Gives a block its place. */
export function placeBlock(block: UnplacedBlock, core: number, cell: readonly [number, number]): Block {
  const { layer, copy, rowRange, colRange } = block;
  return { layer, copy, rowRange, colRange, core, cell };
}
