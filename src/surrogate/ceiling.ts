import type { SearchSpace } from '../space/index.js';
import { kendallTau } from './kendall-tau.js';
import type { TrialRow } from './surrogate.js';

/** What the noise of evaluations leaves a predictor to reach. */
export interface Ceiling {
  /** Architectures that were evaluated more than once. */
  readonly pairs: number;
  /** Kendall's tau-b between first and second evaluation. */
  readonly retestKendallTau: number;
  /**
   * Tau of a predictor that knows every architecture's true accuracy, against single evaluations. By the normal
   * approximation tau = 2/pi asin(r): evaluations that correlate by r with each other correlate by sqrt(r) with the truth.
   */
  readonly kendallTau: number;
}

/** Fewest pairs that are worth a figure. */
const LEAST_PAIRS = 8;

/** The ceiling that repeated evaluations set; null where too few architectures have two or none has an order. */
export function ceilingOf(space: SearchSpace, rows: readonly TrialRow[], repeats: readonly TrialRow[]): Ceiling | null {
  const first = new Map(rows.map((row) => [space.hash(row.architecture), row.oneDayAccuracy]));
  const pairs = repeats.flatMap(({ architecture, oneDayAccuracy }) => {
    const known = first.get(space.hash(architecture));
    return known === undefined ? [] : [[known, oneDayAccuracy] as const];
  });
  if (pairs.length < LEAST_PAIRS) return null;
  const retest = kendallTau(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  );
  if (Number.isNaN(retest)) return null;
  const correlation = Math.max(0, Math.sin((Math.PI / 2) * retest));
  return {
    pairs: pairs.length,
    retestKendallTau: retest,
    kendallTau: (2 / Math.PI) * Math.asin(Math.sqrt(correlation)),
  };
}
