import { type Chip, readMode } from '../chip/index.js';
import { fail } from '../config/index.js';
import { type Architecture, type ArchitectureCounts, chipFor, type SearchSpace } from '../space/index.js';
import { createRng } from '../tensor/index.js';
import type { SearchConfig } from './config.js';

type Limits = Pick<SearchConfig['limits'], 'latency' | 'energy'>;

/** Architectures looked at before a search is refused. */
const draws = 2000;

/**
 * Time and energy of one inference on a chip, in closed form: equal to mapping the network, one block per core and one
 * copy of each layer, without building it. A layer's blocks work side by side and layers one after another; every read
 * of a core costs that of a full one.
 *
 * @param counts of a space whose tile is the chip's core
 */
export function chipCostOf(counts: ArchitectureCounts, chip: Chip): { latency: number; energy: number } {
  const mode = readMode(chip);
  return { latency: counts.positions * mode.mvmSeconds.value, energy: counts.coreReads * mode.mvmJoules.value };
}

/** Whether an architecture meets the limits on time and energy. */
export function admitsOnChip(space: SearchSpace, chip: Chip, limits: Limits): (architecture: Architecture) => boolean {
  if (limits.latency === undefined && limits.energy === undefined) return () => true;
  return (architecture) => worst(space.counts(architecture), chipFor(chip, architecture), limits).ratio <= 1;
}

/**
 * Makes sure that some architecture meets the limits on time and energy.
 *
 * @throws LIMITS_UNREACHABLE with the nearest miss
 */
export function requireFeasibleOnChip(space: SearchSpace, chip: Chip, limits: Limits, seed: number): void {
  const rng = createRng(seed, 'limits/chip');
  let architecture = space.sample(rng);
  let nearest = worst(space.counts(architecture), chipFor(chip, architecture), limits);
  for (let draw = 1; draw < draws && nearest.ratio > 1; draw++) {
    const other = space.sample(rng);
    const excess = worst(space.counts(other), chipFor(chip, other), limits);
    if (excess.ratio < nearest.ratio) [architecture, nearest] = [other, excess];
  }
  if (nearest.ratio <= 1) return;
  const { limit, value, bound, unit } = nearest;
  const genes = Object.entries(architecture.params).map(([gene, level]) => `${gene}=${level}`);
  fail('LIMITS_UNREACHABLE', `None of ${draws} architectures of the space "${space.name}" meets the limits.`, {
    path: `limits.${limit}`,
    found: `the nearest needs ${value.toPrecision(3)} ${unit} on ${chip.name}: ${genes.join(' ')}`,
    accepted: `${limit} <= ${bound} ${unit}`,
    hint: `set limits.${limit} to ${(1.01 * value).toPrecision(3)} or more`,
  });
}

/** The limit that is met worst. */
interface Excess {
  readonly limit: keyof Limits;
  readonly value: number;
  readonly bound: number;
  readonly unit: string;
  /** value / bound; at most 1 when all limits are met. */
  readonly ratio: number;
}

function worst(counts: ArchitectureCounts, chip: Chip, limits: Limits): Excess {
  const cost = chipCostOf(counts, chip);
  const excess = (limit: keyof Limits, unit: string): Excess => {
    const bound = limits[limit] ?? Number.POSITIVE_INFINITY;
    return { limit, value: cost[limit], bound, unit, ratio: cost[limit] / bound };
  };
  const [latency, energy] = [excess('latency', 's'), excess('energy', 'J')];
  return latency.ratio >= energy.ratio ? latency : energy;
}
