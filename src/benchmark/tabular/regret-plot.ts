import { type Curve, regretCurves } from '../../report/index.js';
import type { TabularComparison } from './compare.js';

/** The comparison as a picture: mean regret over queries, with its 95 % confidence interval. */
export function regretPlot({ contenders, target, seeds }: TabularComparison): string {
  const curves = contenders.map(({ name, curve }): Curve => ({ name, ...curve }));
  return regretCurves(curves, `regret on ${target}, mean and 95 % interval of ${seeds} searches`);
}
