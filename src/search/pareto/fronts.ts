import { dominates, type Point } from './dominance.js';

/**
 * Fast non-dominated sorting (Deb et al. 2002): the places of the points that nothing dominates, then of those that only
 * the former dominate, and so on. Places within a front ascend.
 */
export function nonDominatedFronts(points: readonly Point[]): number[][] {
  const beats: number[][] = points.map(() => []);
  const beatenBy = new Int32Array(points.length);
  for (let i = 0; i < points.length; i++) {
    for (let j = i + 1; j < points.length; j++) {
      const [winner, loser] = dominates(points[i]!, points[j]!) ? [i, j] : [j, i];
      if (winner === j && !dominates(points[j]!, points[i]!)) continue;
      beats[winner]!.push(loser);
      beatenBy[loser]!++;
    }
  }
  const fronts: number[][] = [];
  let front = [...points.keys()].filter((i) => beatenBy[i] === 0);
  while (front.length > 0) {
    fronts.push(front);
    const next: number[] = [];
    for (const i of front) for (const j of beats[i]!) if (--beatenBy[j]! === 0) next.push(j);
    front = next.sort((a, b) => a - b);
  }
  return fronts;
}

/** The points within all limits that no other point dominates, as places in ascending order. */
export function paretoFront(points: readonly Point[]): number[] {
  const within = [...points.keys()].filter((i) => points[i]!.violation === 0);
  return within.filter((i) => !within.some((j) => dominates(points[j]!, points[i]!)));
}
