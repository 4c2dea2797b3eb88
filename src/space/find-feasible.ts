import { fail } from '../config/index.js';
import type { Rng } from '../tensor/index.js';
import { distanceToLimits, type Excess, excesses, limitedCounts } from './limits.js';
import type { Architecture, SearchSpace } from './search-space.js';

/** The result of looking for any architecture within the limits. */
export interface Feasibility {
  /** The architecture that comes nearest; it meets the limits exactly when `excess` is empty. */
  readonly nearest: Architecture;
  /** The limits that it breaks, the worst first. */
  readonly excess: readonly Excess[];
  /** How many architectures were looked at. */
  readonly tried: number;
}

/**
 * Looks for an architecture within the space's limits: random draws, then from the nearest of them always to the
 * neighbour that comes nearer still. Ends within a second for the shipped spaces, whatever the limits.
 *
 * @param draws random architectures to start with
 */
export function findFeasible(space: SearchSpace, rng: Rng, draws = 500): Feasibility {
  const distance = (a: Architecture) => distanceToLimits(space.counts(a), space.limits);
  let nearest = space.sampleUnlimited(rng);
  let best = distance(nearest);
  let tried = 1;
  const consider = (candidate: Architecture): boolean => {
    const d = distance(candidate);
    tried++;
    if (d >= best) return false;
    [nearest, best] = [candidate, d];
    return true;
  };
  while (best > 0 && tried < draws) consider(space.sampleUnlimited(rng));
  let improved = true;
  while (best > 0 && improved) {
    improved = false;
    for (const neighbour of space.neighbours(nearest)) improved = consider(neighbour) || improved;
  }
  return { nearest, excess: excesses(space.counts(nearest), space.limits), tried };
}

/**
 * An architecture within the limits.
 *
 * @throws LIMITS_UNREACHABLE with the nearest miss, which limit it breaks and by how much
 */
export function requireFeasible(space: SearchSpace, rng: Rng, draws?: number): Architecture {
  const { nearest, excess, tried } = findFeasible(space, rng, draws);
  const [worst] = excess;
  if (worst === undefined) return nearest;
  const genes = Object.entries(nearest.params).map(([gene, value]) => `${gene}=${value}`);
  return fail('LIMITS_UNREACHABLE', `No architecture of the space "${space.name}" meets the limits.`, {
    path: `limits.${worst.limit}`,
    found: `the nearest of ${tried} tried has ${excess.map(describeExcess).join(' and ')}: ${genes.join(' ')}`,
    accepted: excess.map(({ limit, bound }) => `${limit} <= ${grouped(bound)}`).join(', '),
    hint: excess.map(({ limit, value }) => `set limits.${limit} to ${value} or more`).join(' and '),
  });
}

function describeExcess({ limit, value, bound, ratio }: Excess): string {
  const over =
    ratio < 2 ? `${((ratio - 1) * 100).toPrecision(3)} % too many` : `${ratio.toPrecision(3)} times too many`;
  return `${grouped(value)} ${limitedCounts[limit].noun} (${grouped(value - bound)} over the limit, ${over})`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
