import * as Plot from '@observablehq/plot';
import { objectiveText, siPrefix } from '../format.js';
import { palette, roleColours } from '../palette.js';
import type { ReportFront } from '../report-data.js';
import { drawPlot } from './draw-plot.js';
import { trialAxis } from './trial-axis.js';

type Objective = ReportFront['objectives'][number];

/** The members of a front in the plane of two objectives. */
export function frontPlot({ members }: ReportFront, up: Objective, across: Objective): string {
  const [x, y] = [across, up].map((objective) => axisOf(objective, members));
  const points = members
    .map(({ name, values }) => ({
      title: [
        name,
        ...[up, across].map((each) => `${each.title} ${objectiveText(each.name, values[each.name]!)}`),
      ].join('\n'),
      x: values[across.name]! / x!.size,
      y: values[up.name]! / y!.size,
    }))
    .sort((a, b) => a.x - b.x);
  return drawPlot(
    {
      x: { ...x!.scale, labelAnchor: 'center' },
      y: { ...y!.scale, grid: true },
      marks: [
        Plot.lineY(points, { x: 'x', y: 'y', stroke: palette.green, strokeWidth: 1.5, strokeDasharray: '4 3' }),
        Plot.dot(points, { x: 'x', y: 'y', r: 5, fill: palette.green, title: 'title' }),
      ],
    },
    `Pareto front: ${up.title} against ${across.title}`,
  );
}

/** What values of an objective are divided by on their axis, and the axis, which names the unit. */
function axisOf(
  { name, title, goal }: Objective,
  members: ReportFront['members'],
): { readonly size: number; readonly scale: Plot.ScaleOptions } {
  const { size, unit, tickFormat } = unitOf(name, Math.max(...members.map(({ values }) => values[name]!)));
  const label = `${title}${unit === '' ? '' : `, ${unit}`} (${goal === 'max' ? 'more is better' : 'less is better'})`;
  return { size, scale: { label, labelArrow: 'none', nice: true, ...(tickFormat !== undefined && { tickFormat }) } };
}

/** The unit of an axis up to `most`. */
function unitOf(name: string, most: number): { size: number; unit: string; tickFormat?: string } {
  switch (name) {
    case 'oneDayAccuracy':
    case 'avm':
    case 'spread':
      return { size: 0.01, unit: '%' };
    case 'latency':
    case 'energy': {
      const [size, prefix] = siPrefix(most);
      return { size, unit: `${prefix}${name === 'latency' ? 's' : 'J'}` };
    }
    case 'accuracyOverSpread':
      return { size: 1, unit: '' };
    default:
      // counts: 60k, 1.2M
      return { size: 1, unit: '', tickFormat: '~s' };
  }
}

/** The dominated share after each trial. */
export function volumePlot(history: readonly number[]): string {
  const last = Math.max(0, history.length - 1);
  const points = history.map((share, trial) => ({ trial, share: share * 100 }));
  return drawPlot(
    {
      height: 260,
      x: trialAxis(last),
      y: { grid: true, label: 'hypervolume, %', nice: true, labelArrow: 'none' },
      marks: [
        Plot.lineY(points, {
          x: 'trial',
          y: 'share',
          curve: 'step-after',
          stroke: roleColours.found,
          strokeWidth: 2.5,
        }),
      ],
    },
    'Hypervolume after each trial',
  );
}
