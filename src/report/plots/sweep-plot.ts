import * as Plot from '@observablehq/plot';
import { driftTime, percentSpread } from '../format.js';
import { oneDayOf } from '../one-day.js';
import { palette } from '../palette.js';
import type { SweepData } from '../sweep-data.js';
import { drawPlot } from './draw-plot.js';

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
 * each drift time; with several there is a line for each combination of the others, one day (or the last time) after
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
  const ends = lines.map((line) => shown.filter((dot) => dot.line === line).at(-1)!);
  return drawPlot(
    {
      marginRight: 40 + 8 * Math.max(...lines.map((line) => line.length)),
      height: 420,
      x: {
        type,
        ...(numeric ? {} : { domain: first!.values.map(String) }),
        label: `${first!.path}${type === 'log' ? ' (log scale)' : ''}`,
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      y: { grid: true, label: 'accuracy, %', nice: true, labelArrow: 'none' },
      symbol: { type: 'identity' },
      marks: [
        Plot.ruleY([data.digitalAccuracy * 100], { stroke: palette.grey, strokeDasharray: '1.5 4', strokeWidth: 1.5 }),
        Plot.areaY(shown, { x: 'x', y1: 'low', y2: 'high', z: 'line', fill: colour, fillOpacity: 0.13 }),
        Plot.lineY(shown, { x: 'x', y: 'mean', z: 'line', stroke: colour, strokeWidth: 2.5 }),
        Plot.dot(shown, { x: 'x', y: 'mean', fill: colour, symbol, r: 5, title: 'title' }),
        Plot.text(spreadLabels(ends), {
          x: 'x',
          y: 'labelAt',
          text: 'line',
          fill: colour,
          dx: 12,
          textAnchor: 'start',
          fontSize: 13,
          fontWeight: 600,
        }),
      ],
    },
    `Accuracy of ${data.name} over ${first!.path}: ${lines.join(', ')}`,
  );
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
        low: (point.mean - point.std) * 100,
        high: (point.mean + point.std) * 100,
        title: `${first!.path} = ${x}\n${line}: ${percentSpread(point)}, n = ${point.repeats}`,
      };
    });
  });
}

function lastKey(path: string): string {
  return path.split('.').at(-1)!;
}

/** Moves labels that would overlap apart. */
function spreadLabels(dots: readonly SweepDot[]): (SweepDot & { labelAt: number })[] {
  const gap = 3;
  let above = Number.POSITIVE_INFINITY;
  return [...dots]
    .sort((a, b) => b.mean - a.mean)
    .map((dot) => {
      above = Math.min(dot.mean, above - gap);
      return { ...dot, labelAt: above };
    });
}
