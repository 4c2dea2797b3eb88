import type { Chip } from '../chip/index.js';
import { fail } from '../config/index.js';
import { chipFigures } from '../evaluate/index.js';
import type { Architecture, SearchSpace } from '../space/index.js';
import type { ChipFigures } from '../store/index.js';
import { createRng } from '../tensor/index.js';
import type { SearchConfig } from './config.js';

type Limits = SearchConfig['limits'];

/** The limits that only a mapping on the chip can tell. */
const chipLimits = [
  { limit: 'latency', figure: 'latencySeconds', unit: 's' },
  { limit: 'energy', figure: 'energyJoules', unit: 'J' },
] as const satisfies readonly { limit: keyof Limits; figure: keyof ChipFigures; unit: string }[];

/** Architectures looked at before a search is refused. */
const draws = 300;

/** Whether an architecture meets the limits on time and energy. The network is built only when there are such limits. */
export function admitsOnChip(space: SearchSpace, chip: Chip, limits: Limits): (architecture: Architecture) => boolean {
  if (chipLimits.every(({ limit }) => limits[limit] === undefined)) return () => true;
  return (architecture) => worstExcess(chipFigures(space.build(architecture), chip), limits).ratio <= 1;
}

/**
 * Makes sure that some architecture meets the limits on time and energy.
 *
 * @throws LIMITS_UNREACHABLE with the nearest miss
 */
export function requireFeasibleOnChip(space: SearchSpace, chip: Chip, limits: Limits, seed: number): void {
  const admits = admitsOnChip(space, chip, limits);
  const rng = createRng(seed, 'limits/chip');
  let nearest: { architecture: Architecture; excess: Excess } | undefined;
  for (let draw = 0; draw < draws; draw++) {
    const architecture = space.sample(rng);
    if (admits(architecture)) return;
    const excess = worstExcess(chipFigures(space.build(architecture), chip), limits);
    if (nearest === undefined || excess.ratio < nearest.excess.ratio) nearest = { architecture, excess };
  }
  const { limit, value, bound, unit } = nearest!.excess;
  fail(
    'LIMITS_UNREACHABLE',
    `None of ${draws} architectures of the space "${space.name}" meets the limits on ${chip.name}.`,
    {
      path: `limits.${limit}`,
      found: `the nearest needs ${value.toPrecision(3)} ${unit}: ${JSON.stringify(nearest!.architecture.params)}`,
      accepted: `${limit} <= ${bound} ${unit}`,
      hint: `set limits.${limit} to ${value.toPrecision(3)} or more`,
    },
  );
}

interface Excess {
  limit: keyof Limits;
  value: number;
  bound: number;
  unit: string;
  /** value / bound. */
  ratio: number;
}

function worstExcess(figures: ChipFigures, limits: Limits): Excess {
  return chipLimits
    .map(({ limit, figure, unit }) => {
      const bound = limits[limit] ?? Number.POSITIVE_INFINITY;
      const value = figures[figure] ?? 0;
      return { limit, value, bound, unit, ratio: value / bound };
    })
    .reduce((worst, excess) => (excess.ratio > worst.ratio ? excess : worst));
}
