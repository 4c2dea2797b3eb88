import type { Chip } from '../description.js';
import type { Block } from '../mapping.js';
import type { PlaceBlocks, UnplacedBlock } from './unplaced-block.js';

/**
 * Spreads the blocks over rounds in the network's order, as many into each as its cores take: the chip is written, works
 * through those layers, and is written again. Cores of round r are numbered from r x `cores` on.
 */
export function placeInRounds(
  blocks: readonly UnplacedBlock[],
  chip: Chip,
  cores: number,
  place: PlaceBlocks,
): Block[] {
  const placed: Block[] = [];
  for (let first = 0, round = 0; first < blocks.length; round++) {
    const last = first + longestRound(blocks.slice(first), chip, cores, place);
    const inRound = place(blocks.slice(first, last), chip, cores);
    for (const block of inRound) placed.push({ ...block, core: block.core + round * cores });
    first = last;
  }
  return placed;
}

/** How many of the first blocks the cores take: found by halving, since more blocks never need fewer cores by much. */
function longestRound(blocks: readonly UnplacedBlock[], chip: Chip, cores: number, place: PlaceBlocks): number {
  const fits = (n: number) => new Set(place(blocks.slice(0, n), chip, cores).map(({ core }) => core)).size <= cores;
  let least = Math.min(blocks.length, cores);
  let most = blocks.length;
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle - 1;
  }
  return least;
}
