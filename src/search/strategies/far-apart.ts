import { type Architecture, type SearchSpace, surveyArchitectures } from '../../space/index.js';
import { columnScale, scaleColumns } from '../../surrogate/index.js';

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
  const { features } = surveyArchitectures(space, pool);
  const cols = features.length / pool.length;
  const table = { values: features, rows: pool.length, cols };
  const scaled = scaleColumns(table, columnScale(table));
  const points = pool.map((_, row) => scaled.subarray(row * cols, (row + 1) * cols));
  const distances = pool.map(() => Number.POSITIVE_INFINITY);
  const chosen: number[] = [];
  for (let next = 0; chosen.length < n; next = distances.indexOf(Math.max(...distances))) {
    chosen.push(next);
    for (const [i, point] of points.entries()) {
      distances[i] = Math.min(distances[i]!, squaredDistance(point, points[next]!));
    }
  }
  return chosen.map((i) => pool[i]!);
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
}
