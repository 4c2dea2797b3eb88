import { type Architecture, type SearchSpace, surveyArchitectures } from '../../space/index.js';

/**
 * Members of a pool that lie far apart in the extended encoding, each feature scaled to a deviation of one: beginning with
 * the pool's first, always the one farthest from all chosen so far (Kennard and Stone 1969; a greedy maximin design). What
 * a surrogate learns from then reaches to the corners of what the limits leave, where the best architectures often lie;
 * trees do not extrapolate.
 *
 * @returns `n` members, or the whole pool where it is no larger
 */
export function farApart(space: SearchSpace, pool: readonly Architecture[], n: number): Architecture[] {
  if (pool.length <= n) return [...pool];
  const points = standardised(surveyArchitectures(space, pool).features, pool.length);
  const distances = new Float64Array(pool.length).fill(Number.POSITIVE_INFINITY);
  const chosen: number[] = [];
  for (let next = 0; chosen.length < n; next = indexOfLargest(distances)) {
    chosen.push(next);
    for (const [i, point] of points.entries()) {
      distances[i] = Math.min(distances[i]!, squaredDistance(point, points[next]!));
    }
  }
  return chosen.map((i) => pool[i]!);
}

/** The rows of a table, each column shifted and scaled to mean 0 and deviation 1; columns that never vary become 0. */
function standardised(features: Float32Array, rows: number): Float64Array[] {
  const columns = features.length / rows;
  const points = Array.from({ length: rows }, () => new Float64Array(columns));
  for (let column = 0; column < columns; column++) {
    const values = points.map((_, row) => features[row * columns + column]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / rows;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
    for (const [row, value] of values.entries()) points[row]![column] = deviation > 0 ? (value - mean) / deviation : 0;
  }
  return points;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}

function indexOfLargest(values: Float64Array): number {
  let largest = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[largest]!) largest = i;
  return largest;
}
