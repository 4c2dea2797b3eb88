import { crowdingDistances } from './crowding.js';
import type { Point } from './dominance.js';
import { nonDominatedFronts } from './fronts.js';

/**
 * The places of all points, best first. One objective: within the limits by value, then by how far beyond them. Several:
 * by front, in a front the less crowded first (Deb et al. 2002). Ties go to the earlier place.
 */
export function paretoOrder(points: readonly Point[]): number[] {
  if ((points[0]?.objectives.length ?? 1) === 1) {
    return [...points.keys()].sort(
      (a, b) =>
        points[a]!.violation - points[b]!.violation || points[b]!.objectives[0]! - points[a]!.objectives[0]! || a - b,
    );
  }
  return nonDominatedFronts(points).flatMap((front) => {
    const distances = crowdingDistances(front.map((i) => points[i]!));
    return [...front.keys()]
      .sort((a, b) => descending(distances[a]!, distances[b]!) || front[a]! - front[b]!)
      .map((k) => front[k]!);
  });
}

/** Compares two distances, both of which may be infinite. */
function descending(a: number, b: number): number {
  return a === b ? 0 : b > a ? 1 : -1;
}
