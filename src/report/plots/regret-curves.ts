import * as Plot from '@observablehq/plot';
import { palette } from '../palette.js';
import { drawPlot } from './draw-plot.js';
import { endLabelMargin, endLabels } from './end-labels.js';

/** Regret after each query, with an interval. */
export interface Curve {
  readonly name: string;
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** In the place of the palette's yellow, which is too pale for a line on white. */
const olive = '#8C8C2E';

const colours = [
  palette.grey,
  palette.orange,
  palette.vermilion,
  palette.purple,
  olive,
  palette.blue,
  palette.green,
  palette.skyBlue,
  '#333333',
] as const;

const dashes = ['', '9 5', '2 4', '9 4 2 4'] as const;

/** Regrets below this are drawn on it: a logarithmic axis has no zero. */
const floor = 0.01;

/** Mean regret over queries (logarithmic), each curve with its name at its end and its interval as a band. */
export function regretCurves(curves: readonly Curve[], label: string): string {
  const queries = Math.max(...curves.map(({ mean }) => mean.length));
  const styled = curves.map((curve, i) => ({
    ...curve,
    colour: colours[i % colours.length]!,
    dash: dashes[i % dashes.length]!,
    points: curve.mean.map((mean, query) => ({
      query: query + 1,
      mean: Math.max(floor, mean),
      low: Math.max(floor, curve.low[query]!),
      high: Math.max(floor, curve.high[query]!),
    })),
  }));
  const highest = Math.max(...styled.flatMap(({ points }) => points.map(({ high }) => high)));
  return drawPlot(
    {
      height: 520,
      marginRight: endLabelMargin(curves.map(({ name }) => name)),
      x: { label: 'queries', labelAnchor: 'center', labelArrow: 'none', domain: [1, queries] },
      y: {
        type: 'log',
        grid: true,
        label: 'regret, points',
        labelArrow: 'none',
        domain: [floor, highest],
        tickFormat: '~g',
      },
      marks: [
        ...styled.map(({ points, colour }) =>
          Plot.areaY(points, { x: 'query', y1: 'low', y2: 'high', fill: colour, fillOpacity: 0.14 }),
        ),
        ...styled.map(({ points, colour, dash }) =>
          Plot.lineY(points, { x: 'query', y: 'mean', stroke: colour, strokeWidth: 2.2, strokeDasharray: dash }),
        ),
        endLabels(
          styled.map(({ name, colour, dash, points }) => {
            const { query, mean } = points.at(-1)!;
            return { x: query, y: mean, text: name, colour, dash };
          }),
        ),
      ],
    },
    label,
  );
}
