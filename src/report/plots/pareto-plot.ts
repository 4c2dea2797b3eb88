import * as Plot from '@observablehq/plot';
import { comparableTrials, measuredTrials } from '../comparable-trials.js';
import { count } from '../format.js';
import { oneDayOf } from '../one-day.js';
import { palette, roleColours } from '../palette.js';
import type { ReportNetwork, ReportTrial } from '../report-data.js';
import { drawPlot } from './draw-plot.js';

/** A network in the plane of parameters and accuracy. */
export interface ParetoPoint {
  readonly name: string;
  readonly kind: 'trial' | 'found' | 'baseline';
  readonly parameters: number;
  /** 1-day accuracy in percent. */
  readonly accuracy: number;
  /** Whether no other trial of the highest fidelity reached, its own, is at least as small and as accurate. */
  readonly onFront: boolean;
}

/** Trials and final networks as points, with the trials' Pareto front marked. */
export function paretoPoints(trials: readonly ReportTrial[], networks: readonly ReportNetwork[]): ParetoPoint[] {
  const compared = new Set(comparableTrials(trials));
  const tried = measuredTrials(trials).map((trial) => {
    return { name: trial.name, kind: 'trial' as const, ...position(trial.measured), compares: compared.has(trial) };
  });
  const rivals = tried.filter(({ compares }) => compares);
  const shown = networks.map((network) => ({ name: network.name, kind: network.role, ...position(network) }));
  return [
    ...tried.map(({ compares, ...point }) => {
      return { ...point, onFront: compares && !rivals.some((other) => beats(other, point)) };
    }),
    ...shown.map((point) => ({ ...point, onFront: false })),
  ];
}

/** 1-day accuracy against parameters, with the Pareto front of the trials as a stair. */
export function paretoPlot(points: readonly ParetoPoint[]): string {
  const front = points.filter(({ onFront }) => onFront).sort((a, b) => a.parameters - b.parameters);
  const largest = Math.max(...points.map(({ parameters }) => parameters));
  const stair = front.length > 0 ? [...front, { ...front.at(-1)!, parameters: largest }] : [];
  const of = (kind: ParetoPoint['kind']) => points.filter((point) => point.kind === kind);
  const marked = { x: 'parameters', y: 'accuracy', r: 7, stroke: 'var(--paper)', strokeWidth: 1.5 } as const;
  return drawPlot(
    {
      marginRight: 60,
      x: {
        type: 'log',
      },
      y: { grid: true, label: '1-day accuracy, %', nice: true, labelArrow: 'none' },
      marks: [
        Plot.axisX(roundSizes(points), {
          text: (value: number) => count(value),
          label: 'parameters (log scale)',
          labelAnchor: 'center',
          labelArrow: 'none',
        }),
        Plot.lineY(stair, {
          x: 'parameters',
          y: 'accuracy',
          curve: 'step-after',
          stroke: palette.green,
          strokeWidth: 2,
        }),
        Plot.dot(of('trial'), { x: 'parameters', y: 'accuracy', r: 4, fill: palette.grey, title: 'name' }),
        Plot.dot(front, { x: 'parameters', y: 'accuracy', r: 4.5, fill: palette.green, title: 'name' }),
        Plot.dot(of('found'), { ...marked, symbol: 'star', r: 8, fill: roleColours.found, title: 'name' }),
        Plot.dot(of('baseline'), { ...marked, symbol: 'square', r: 6, fill: roleColours.baseline, title: 'name' }),
      ],
    },
    '1-day accuracy against the number of parameters',
  );
}

function position({ parameters, drift }: Pick<ReportNetwork, 'parameters' | 'drift'>) {
  return { parameters, accuracy: oneDayOf(drift).mean * 100 };
}

/** 1, 2 and 5 times powers of ten within the points' range. */
function roundSizes(points: readonly ParetoPoint[]): number[] {
  const sizes = points.map(({ parameters }) => parameters);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const decades = Array.from({ length: 12 }, (_, exponent) => 10 ** exponent);
  const inside = decades.flatMap((decade) => [decade, 2 * decade, 5 * decade]).filter((n) => n >= least && n <= most);
  return inside.length >= 2 ? inside : [least, most];
}

type Position = Pick<ParetoPoint, 'parameters' | 'accuracy'>;

function beats(a: Position, b: Position): boolean {
  const noWorse = a.parameters <= b.parameters && a.accuracy >= b.accuracy;
  return noWorse && (a.parameters < b.parameters || a.accuracy > b.accuracy);
}
