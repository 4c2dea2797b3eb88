import type { Chip } from '../description.js';
import type { Block } from '../mapping.js';
import { SharedCore } from './shared-core.js';
import type { UnplacedBlock } from './unplaced-block.js';

/**
 * Spreads the work over the chip's cores: the block with the most products first, always onto the core with the least
 * work that has room (the longest-processing-time rule). Blocks that fit nowhere go to cores beyond the chip.
 */
export function placeBalanced(blocks: readonly UnplacedBlock[], chip: Chip, available: number): Block[] {
  const usable = Math.min(available, blocks.length);
  const cores = Array.from({ length: usable }, (_, number) => new SharedCore(number, chip));
  const busiestFirst = [...blocks].sort((a, b) => b.load - a.load || b.rows * b.cols - a.rows * a.cols);
  return busiestFirst.map((block) => placeOnLeastLoaded(block, cores, chip));
}

/** `cores` stay sorted by load. */
function placeOnLeastLoaded(block: UnplacedBlock, cores: SharedCore[], chip: Chip): Block {
  for (const [index, core] of cores.entries()) {
    const placed = core.take(block);
    if (placed === undefined) continue;
    cores.splice(index, 1);
    insertByLoad(cores, core);
    return placed;
  }
  const beyond = new SharedCore(cores.length, chip);
  const placed = beyond.take(block)!;
  insertByLoad(cores, beyond);
  return placed;
}

function insertByLoad(cores: SharedCore[], core: SharedCore): void {
  const after = cores.findIndex((other) => other.load > core.load);
  cores.splice(after === -1 ? cores.length : after, 0, core);
}
