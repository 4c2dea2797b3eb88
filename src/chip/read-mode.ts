import { fail } from '../config/index.js';
import type { Chip } from './description.js';

/** One way of reading a core's arrays. */
export type ReadMode = Chip['readModes'][number];

/** How many read windows make one product: 1 is fast, 4 is precise. */
export type Phases = 1 | 4;

/**
 * The chip's read mode of so many phases.
 *
 * @param phases 1 where the chip has that and none is named, else those of its first mode
 * @throws CHIP_INVALID when the chip does not have it
 */
export function readMode(chip: Chip, phases?: Phases): ReadMode {
  if (phases === undefined) return chip.readModes.find((mode) => mode.phases === 1) ?? chip.readModes[0]!;
  const mode = chip.readModes.find((candidate) => candidate.phases === phases);
  if (mode !== undefined) return mode;
  return fail('CHIP_INVALID', `The chip ${chip.name} has no ${phases}-phase read mode.`, {
    path: 'phases',
    found: String(phases),
    accepted: chip.readModes.map((candidate) => candidate.phases).join(', '),
  });
}
