import type { Block } from '../mapping.js';
import { placeBlock, type UnplacedBlock } from './unplaced-block.js';

/** Every block gets a core of its own, in the network's order. No two products ever wait for each other. */
export function placeOnePerCore(blocks: readonly UnplacedBlock[]): Block[] {
  return blocks.map((block, core) => placeBlock(block, core, [0, 0]));
}
