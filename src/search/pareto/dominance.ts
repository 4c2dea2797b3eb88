/** What several objectives say of one candidate. */
export interface Point {
  /** Every objective as a number to be maximised. */
  readonly objectives: readonly number[];
  /** How far hard limits are exceeded, 0 when all are met. */
  readonly violation: number;
}

/**
 * Constraint-domination of Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II" (2002): a point
 * within the limits beats every one beyond them, of two beyond them the nearer beats the other, and of two within them
 * the one that is nowhere worse and somewhere better.
 */
export function dominates(a: Point, b: Point): boolean {
  if (a.violation > 0 || b.violation > 0) return a.violation < b.violation;
  let better = false;
  for (let i = 0; i < a.objectives.length; i++) {
    if (a.objectives[i]! < b.objectives[i]!) return false;
    if (a.objectives[i]! > b.objectives[i]!) better = true;
  }
  return better;
}
