import type { Rng } from '../tensor/index.js';

/**
 * A Latin hypercube: `n` points of the unit cube of which, in every dimension, exactly one lies in each of the `n`
 * equal slices. Every dimension has its own permutation (McKay, Beckman and Conover 1979).
 *
 * @returns n points of `dimensions` coordinates in [0, 1)
 */
export function latinHypercube(n: number, dimensions: number, rng: Rng): Float64Array[] {
  const points = Array.from({ length: n }, () => new Float64Array(dimensions));
  for (let d = 0; d < dimensions; d++) {
    const slices = rng.shuffle(Array.from({ length: n }, (_, i) => i));
    for (const [i, slice] of slices.entries()) points[i]![d] = (slice + rng.uniform()) / n;
  }
  return points;
}
