import * as Plot from '@observablehq/plot';
import { comparableTrials, measuredTrials } from '../comparable-trials.js';
import { oneDayOf } from '../one-day.js';
import { palette, roleColours } from '../palette.js';
import type { ReportTrial } from '../report-data.js';
import { drawPlot } from './draw-plot.js';
import { trialAxis } from './trial-axis.js';

/**
 * The trials that can be the best: at the highest fidelity reached, within the limit on the variation. They are the steps of
 * the stair in {@link progressPlot}.
 */
export function contenders(trials: readonly ReportTrial[]): ReportTrial[] {
  return comparableTrials(trials).filter(({ beyondVariation = false }) => !beyondVariation);
}

/** Every trial's 1-day accuracy in the order of the trials, with the best so far as a stair. */
export function progressPlot(trials: readonly ReportTrial[]): string {
  const compared = new Set(contenders(trials));
  const done = measuredTrials(trials).map((trial) => {
    const { mean, std } = oneDayOf(trial.measured.drift);
    const [low, high] = [(mean - std) * 100, (mean + std) * 100];
    return { number: trial.number, mean: mean * 100, low, high, counts: compared.has(trial) };
  });
  let best = Number.NEGATIVE_INFINITY;
  const stair = done
    .filter(({ counts }) => counts)
    .map(({ number, mean }) => {
      best = Math.max(best, mean);
      return { number, best };
    });
  const others = done.filter(({ counts }) => !counts);
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
        Plot.dot(
          done.filter(({ counts }) => counts),
          { x: 'number', y: 'mean', r: 3.5, fill: palette.grey },
        ),
        Plot.dot(others, { x: 'number', y: 'mean', r: 3, fill: 'var(--paper)', stroke: palette.grey }),
        Plot.dot(failed, { x: 'number', y: 'at', symbol: 'times', stroke: palette.vermilion, strokeWidth: 2, r: 5 }),
      ],
    },
    `1-day accuracy of ${trials.length} trials and the best so far`,
  );
}
