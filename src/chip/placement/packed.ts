import type { Chip } from '../description.js';
import type { Block } from '../mapping.js';
import { SharedCore } from './shared-core.js';
import type { UnplacedBlock } from './unplaced-block.js';

/**
 * As few cores as first-fit by decreasing size finds. The latency layer after layer stays that of one block per core (a
 * core never holds two blocks of one vector); where layers overlap, they wait for each other, and the throughput falls.
 */
export function placePacked(blocks: readonly UnplacedBlock[], chip: Chip): Block[] {
  const cores: SharedCore[] = [];
  const largestFirst = [...blocks].sort((a, b) => b.rows * b.cols - a.rows * a.cols);
  return largestFirst.map((block) => {
    for (const core of cores) {
      const placed = core.take(block);
      if (placed !== undefined) return placed;
    }
    const fresh = new SharedCore(cores.length, chip);
    cores.push(fresh);
    return fresh.take(block)!;
  });
}
