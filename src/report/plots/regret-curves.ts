import * as Plot from '@observablehq/plot';
import { palette } from '../palette.js';
import { drawPlot } from './draw-plot.js';

/** Regret after each query, with an interval. */
export interface Curve {
  readonly name: string;
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const colours = [
  palette.grey,
  palette.orange,
  palette.vermilion,
  palette.purple,
  palette.yellow,
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
      marginRight: 190,
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
        Plot.text(spread(styled, highest), {
          x: 'query',
          y: 'at',
          text: 'text',
          fill: 'colour',
          dx: 8,
          textAnchor: 'start',
          fontSize: 13,
        }),
      ],
    },
    label,
  );
}

/** The names at the ends of the curves, moved apart where they would overlap. */
function spread(
  styled: readonly { name: string; colour: string; points: readonly { query: number; mean: number }[] }[],
  highest: number,
): { query: number; at: number; text: string; colour: string }[] {
  const step = (highest / floor) ** 0.037;
  let above = Number.POSITIVE_INFINITY;
  const falling = styled
    .map(({ name, colour, points }) => ({ name, colour, last: points.at(-1)! }))
    .sort((a, b) => b.last.mean - a.last.mean)
    .map(({ name, colour, last }) => {
      above = Math.min(last.mean, above / step);
      return { query: last.query, at: above, text: name, colour };
    });
  // where the lowest names fell below the axis, all move up by as much
  let below = floor;
  for (const label of falling.toReversed()) {
    label.at = Math.max(label.at, below);
    below = label.at * step;
  }
  return falling;
}
