import * as Plot from '@observablehq/plot';
import { oneDayOf } from '../one-day.js';
import { palette, roleColours } from '../palette.js';
import type { ReportTrial } from '../report-data.js';
import { drawPlot } from './draw-plot.js';
import { trialAxis } from './trial-axis.js';

/** Every trial's 1-day accuracy in the order of the trials, with the best so far as a stair. */
export function progressPlot(trials: readonly ReportTrial[]): string {
  const done = trials.flatMap((trial) => {
    if (trial.measured === null) return [];
    const { mean, std } = oneDayOf(trial.measured.drift);
    return [{ number: trial.number, mean: mean * 100, low: (mean - std) * 100, high: (mean + std) * 100 }];
  });
  let best = Number.NEGATIVE_INFINITY;
  const stair = done.map(({ number, mean }) => {
    best = Math.max(best, mean);
    return { number, best };
  });
  const last = Math.max(0, ...trials.map(({ number }) => number));
  if (stair.length > 0) stair.push({ number: last, best });
  const floor = Math.min(...done.map(({ low }) => low));
  const failed = trials.filter(({ measured }) => measured === null).map(({ number }) => ({ number, at: floor }));
  return drawPlot(
    {
      x: trialAxis(last),
      y: { grid: true, label: '1-day accuracy on validation images, %', nice: true, labelArrow: 'none' },
      marks: [
        Plot.lineY(stair, { x: 'number', y: 'best', curve: 'step-after', stroke: roleColours.found, strokeWidth: 2.5 }),
        Plot.ruleX(done, { x: 'number', y1: 'low', y2: 'high', stroke: palette.grey, strokeOpacity: 0.7 }),
        Plot.dot(done, { x: 'number', y: 'mean', r: 3.5, fill: palette.grey }),
        Plot.dot(failed, { x: 'number', y: 'at', symbol: 'times', stroke: palette.vermilion, strokeWidth: 2, r: 5 }),
      ],
    },
    `1-day accuracy of ${trials.length} trials and the best so far`,
  );
}
