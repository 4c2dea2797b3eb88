import { type Curve, regretCurves } from '../../report/index.js';
import type { TabularComparison } from './compare.js';

/** The comparison as a picture: mean regret over queries, with its 95 % confidence interval where there is one. */
export function regretPlot({ contenders, target, seeds }: TabularComparison): string {
  const curves = contenders.map(
    ({ name, curve: { mean, low, high } }): Curve => ({ name, mean, low: low ?? mean, high: high ?? mean }),
  );
  const shown = seeds < 2 ? 'a single search each' : `mean and 95 % interval of ${seeds} searches`;
  return regretCurves(curves, `regret on ${target}, ${shown}`);
}
