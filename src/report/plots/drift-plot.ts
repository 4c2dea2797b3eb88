import * as Plot from '@observablehq/plot';
import { driftTime, percentSpread } from '../format.js';
import { roleColours } from '../palette.js';
import type { ReportNetwork } from '../report-data.js';
import { drawPlot } from './draw-plot.js';
import { endLabelMargin, endLabels } from './end-labels.js';

const niceTimes = [1e-3, 1e-2, 0.1, 1, 60, 3_600, 86_400, 7 * 86_400, 30 * 86_400, 365 * 86_400, 10 * 365 * 86_400];

const baselineDash = '9 5';

/**
 * Accuracy over the time since programming (logarithmic), with one standard deviation on both sides; the accuracy before
 * programming is a thin line.
 */
export function driftPlot(networks: readonly ReportNetwork[]): string {
  const later = networks.flatMap(({ drift }) => drift.map(({ seconds }) => seconds).filter((s) => s > 0));
  // A logarithmic axis has no zero: "at once" is drawn a decade before the first later time.
  const atOnce = (later.length === 0 ? 1 : Math.min(...later)) / 10;
  const points = networks.flatMap((network) =>
    network.drift.map((point) => ({
      network: labelOf(network),
      role: network.role,
      time: point.seconds > 0 ? point.seconds : atOnce,
      mean: point.mean * 100,
      low: Math.max(0, point.mean - point.std) * 100,
      high: Math.min(1, point.mean + point.std) * 100,
      title: `${labelOf(network)}\n${driftTime(point.seconds)}: ${percentSpread(point)}, n = ${point.repeats}`,
    })),
  );
  const digital = networks.map((network) => ({ accuracy: network.digitalAccuracy * 100, role: network.role }));
  const times = points.map(({ time }) => time);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const colour = (point: { role: ReportNetwork['role'] }) => roleColours[point.role];
  const found = points.filter(({ role }) => role === 'found');
  const baseline = points.filter(({ role }) => role === 'baseline');
  const line = { x: 'time', y: 'mean', z: 'network', strokeWidth: 2.5 } as const;
  const names = points
    .filter(({ time }) => time === last)
    .map((point) => ({
      x: last,
      y: point.mean,
      text: `${point.network}  ${point.mean.toFixed(1)} %`,
      colour: colour(point),
      dash: point.role === 'baseline' ? baselineDash : '',
    }));
  return drawPlot(
    {
      marginRight: endLabelMargin(names.map(({ text }) => text)),
      height: 420,
      x: {
        type: 'log',
        domain: first === last ? [first / 10, last * 10] : [first, last],
      },
      y: { grid: true, label: 'accuracy on test images, %', nice: true, labelArrow: 'none' },
      marks: [
        Plot.axisX(ticksBetween(first, last), {
          text: (time: number) => driftTime(time === atOnce ? 0 : time),
          label: 'time since programming (log scale)',
          labelAnchor: 'center',
          labelArrow: 'none',
        }),
        Plot.areaY(points, { x: 'time', y1: 'low', y2: 'high', z: 'network', fill: colour, fillOpacity: 0.16 }),
        Plot.ruleY(digital, { y: 'accuracy', stroke: colour, strokeDasharray: '1.5 4', strokeWidth: 1.5 }),
        Plot.text(digital, {
          x: () => first,
          y: 'accuracy',
          text: ({ accuracy }) => `digital ${accuracy.toFixed(1)} %`,
          fill: colour,
          stroke: 'var(--paper)',
          strokeWidth: 4,
          dx: 14,
          dy: -9,
          textAnchor: 'start',
          fontSize: 12,
        }),
        Plot.lineY(found, { ...line, stroke: colour }),
        Plot.lineY(baseline, { ...line, stroke: colour, strokeDasharray: baselineDash }),
        Plot.ruleX(points, { x: 'time', y1: 'low', y2: 'high', stroke: colour, strokeWidth: 1.5 }),
        Plot.dot(found, { x: 'time', y: 'mean', fill: colour, r: 5, title: 'title' }),
        Plot.dot(baseline, { x: 'time', y: 'mean', fill: colour, r: 5, symbol: 'square', title: 'title' }),
        endLabels(names),
      ],
    },
    `Accuracy over time since programming: ${networks.map(labelOf).join(', ')}`,
  );
}

function labelOf({ role, name }: ReportNetwork): string {
  return role === 'found' ? 'best found' : `baseline ${name}`;
}

function ticksBetween(first: number, last: number): number[] {
  const inside = niceTimes.filter((time) => time >= first * 0.999 && time <= last * 1.001);
  return inside.length >= 2 ? inside : [first, last];
}
