import * as Plot from '@observablehq/plot';
import { palette, roleColours } from '../palette.js';
import type { ReportFront } from '../report-data.js';
import { drawPlot } from './draw-plot.js';
import { trialAxis } from './trial-axis.js';

type Objective = ReportFront['objectives'][number];

/** The members of a front in the plane of two objectives. */
export function frontPlot({ members }: ReportFront, up: Objective, across: Objective): string {
  const points = members
    .map(({ name, values }) => ({ name, x: values[across.name]!, y: values[up.name]! }))
    .sort((a, b) => a.x - b.x);
  return drawPlot(
    {
      x: {
        label: `${across.title} (${better(across)})`,
        labelAnchor: 'center',
        labelArrow: 'none',
        nice: true,
        tickFormat: '~s',
      },
      y: { label: `${up.title} (${better(up)})`, grid: true, labelArrow: 'none', nice: true, tickFormat: '~s' },
      marks: [
        Plot.lineY(points, { x: 'x', y: 'y', stroke: palette.green, strokeWidth: 1.5, strokeDasharray: '4 3' }),
        Plot.dot(points, { x: 'x', y: 'y', r: 5, fill: palette.green, title: 'name' }),
      ],
    },
    `Pareto front: ${up.title} against ${across.title}`,
  );
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

function better({ goal }: Objective): string {
  return goal === 'max' ? 'more is better' : 'less is better';
}
