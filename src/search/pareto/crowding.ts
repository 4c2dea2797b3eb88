import type { Point } from './dominance.js';

/**
 * Crowding distance of Deb et al. (2002): for each point of a front, the sum over the objectives of the gap between its
 * two neighbours, as a share of the front's extent; infinite at both ends. An objective in which all points are equal
 * says nothing.
 */
export function crowdingDistances(front: readonly Point[]): number[] {
  const distances = new Array<number>(front.length).fill(0);
  for (let m = 0; m < (front[0]?.objectives.length ?? 0); m++) {
    const value = (i: number) => front[i]!.objectives[m]!;
    const order = [...front.keys()].sort((a, b) => value(a) - value(b) || a - b);
    const [first, last] = [order[0]!, order.at(-1)!];
    const extent = value(last) - value(first);
    if (!(extent > 0)) continue;
    distances[first] = distances[last] = Number.POSITIVE_INFINITY;
    for (let k = 1; k < order.length - 1; k++) {
      distances[order[k]!]! += (value(order[k + 1]!) - value(order[k - 1]!)) / extent;
    }
  }
  return distances;
}
