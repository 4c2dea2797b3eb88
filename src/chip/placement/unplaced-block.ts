import type { Chip } from '../description.js';
import type { Block } from '../mapping.js';

/** A block that has no core yet, with the vectors it multiplies in one inference. */
export interface UnplacedBlock extends Omit<Block, 'core' | 'cell'> {
  readonly rows: number;
  readonly cols: number;
  /** Products that this block computes in one inference. */
  readonly load: number;
}

/**
 * Gives every block a core and a place in it.
 *
 * @param cores that may be used at the same time; blocks that find no room go to numbers beyond
 */
export type PlaceBlocks = (blocks: readonly UnplacedBlock[], chip: Chip, cores: number) => Block[];

/** Gives a block its place. */
export function placeBlock(block: UnplacedBlock, core: number, cell: readonly [number, number]): Block {
  const { layer, copy, rowRange, colRange } = block;
  return { layer, copy, rowRange, colRange, core, cell };
}
