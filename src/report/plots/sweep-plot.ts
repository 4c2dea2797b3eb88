import * as Plot from '@observablehq/plot';
import { driftTime, percentSpread } from '../format.js';
import { oneDayOf } from '../one-day.js';
import { palette } from '../palette.js';
import type { SweepData } from '../sweep-data.js';
import { drawPlot } from './draw-plot.js';
import { endLabelMargin, endLabels } from './end-labels.js';

/** One value of the first setting on one of the lines. */
interface SweepDot {
  readonly x: unknown;
  readonly line: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly title: string;
}

const colours = [
  palette.blue,
  palette.vermilion,
  palette.green,
  palette.purple,
  palette.orange,
  palette.skyBlue,
  palette.grey,
];
const symbols = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye'] as const;

/** Lines that can be told apart; a sweep with more keeps the others for its table. */
export const sweepLines = colours.length;

/**
 * Accuracy over the first setting of a sweep, with one standard deviation on both sides. A single setting has a line for
 * each drift time; with several there is a line for each combination of the others, at the time nearest to one day after
 * programming.
 */
export function sweepPlot(data: SweepData): string {
  const [first] = data.axes;
  const dots = sweepDots(data);
  const lines = [...new Set(dots.map(({ line }) => line))].slice(0, sweepLines);
  const shown = dots.filter(({ line }) => lines.includes(line));
  const numeric = first!.values.every((value) => typeof value === 'number');
  const colour = ({ line }: SweepDot) => colours[lines.indexOf(line)]!;
  const symbol = ({ line }: SweepDot) => symbols[lines.indexOf(line)]!;
  const type = !numeric ? 'point' : first!.logarithmic ? 'log' : 'linear';
  const names = lines.map((line) => {
    const end = shown.filter((dot) => dot.line === line).at(-1)!;
    return { x: end.x, y: end.mean, text: line, colour: colour(end) };
  });
  const shownTime = sweepTime(data);
  const accuracy = shownTime === null ? 'accuracy' : `accuracy after ${driftTime(shownTime)}`;
  return drawPlot(
    {
      marginRight: endLabelMargin(lines),
      height: 420,
      x: {
        type,
        ...(numeric ? {} : { domain: first!.values.map(String) }),
        label: `${first!.path}${type === 'log' ? ' (log scale)' : ''}`,
        labelAnchor: 'center',
        labelArrow: 'none',
        // plain numbers: as of its own a logarithmic axis writes 0.3 as 300m
        ...(type === 'log' && { tickFormat: '~g' }),
      },
      y: { grid: true, label: `${accuracy}, %`, nice: true, labelArrow: 'none' },
      symbol: { type: 'identity' },
      marks: [
        Plot.ruleY([data.digitalAccuracy * 100], { stroke: palette.grey, strokeDasharray: '1.5 4', strokeWidth: 1.5 }),
        Plot.areaY(shown, { x: 'x', y1: 'low', y2: 'high', z: 'line', fill: colour, fillOpacity: 0.13 }),
        Plot.lineY(shown, { x: 'x', y: 'mean', z: 'line', stroke: colour, strokeWidth: 2.5 }),
        Plot.dot(shown, { x: 'x', y: 'mean', fill: colour, symbol, r: 5, title: 'title' }),
        endLabels(names),
      ],
    },
    `${accuracy.replace('a', 'A')} of ${data.name} over ${first!.path}: ${lines.join(', ')}`,
  );
}

/** The one time after programming, seconds, that the picture of a sweep shows; null where it has a line for each time. */
export function sweepTime({ axes, points }: Pick<SweepData, 'axes' | 'points'>): number | null {
  const [point] = points;
  return axes.length === 1 || point === undefined ? null : oneDayOf(point.analog).seconds;
}

function sweepDots({ axes, points }: SweepData): SweepDot[] {
  const [first, ...others] = axes;
  return points.flatMap(({ values, analog }) => {
    const chosen = others.length === 0 ? analog : [oneDayOf(analog)];
    return chosen.map((point) => {
      const line =
        others.length === 0
          ? driftTime(point.seconds)
          : others.map(({ path }) => `${lastKey(path)} ${values[path]}`).join(', ');
      const x = values[first!.path];
      return {
        x: typeof x === 'number' ? x : String(x),
        line,
        mean: point.mean * 100,
        low: Math.max(0, point.mean - point.std) * 100,
        high: Math.min(1, point.mean + point.std) * 100,
        title: `${first!.path} = ${x}\n${line}: ${percentSpread(point)}, n = ${point.repeats}`,
      };
    });
  });
}

function lastKey(path: string): string {
  return path.split('.').at(-1)!;
}
