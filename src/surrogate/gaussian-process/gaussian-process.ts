import { createRng } from '../../tensor/index.js';
import { type ColumnScale, columnScale, labelScale, scaleColumns } from '../column-scale.js';
import type { Belief } from '../model.js';
import type { FeatureTable } from '../xgboost/booster.js';
import { factorise, solveLower, solveUpper } from './cholesky.js';
import { findHyperparameters, type Hyperparameters, startOf } from './hyperparameters.js';
import { matern } from './matern.js';

/** How a Gaussian process is fitted. */
export interface GaussianProcessOptions {
  /** Rows, drawn at random where there are more, that hyperparameters are found with: their cost grows with the cube. */
  readonly hyperparameterRows?: number;
  /** Evaluations of the marginal likelihood. */
  readonly iterations?: number;
}

/** Everything that predictions are made from. */
export interface GaussianProcessState {
  readonly scale: ColumnScale;
  readonly label: { readonly mean: number; readonly deviation: number };
  readonly hyperparameters: Hyperparameters;
  /** Training rows, scaled and divided by the length scales: n x (features in use). */
  readonly z: Float64Array;
  readonly used: readonly number[];
  /** Cholesky factor of the kernel matrix, and the weight of each training row. */
  readonly l: Float64Array;
  readonly alpha: Float64Array;
}

/** Noise variance beyond which a singular matrix has another reason than equal rows. */
const MOST_NOISE = 1e6;

/** Fits by marginal likelihood. All chance (which rows decide on hyperparameters) comes from the seed. */
export function fitGaussianProcess(
  table: FeatureTable,
  labels: Float64Array,
  seed: number,
  { hyperparameterRows = 96, iterations = 12 }: GaussianProcessOptions = {},
): GaussianProcessState {
  const scale = columnScale(table);
  const x = scaleColumns(table, scale);
  const label = labelScale(labels);
  const y = labels.map((value) => (value - label.mean) / (label.deviation || 1));
  const used = Array.from(scale.factor.keys()).filter((c) => scale.factor[c] !== 0);
  if (label.deviation === 0 || used.length === 0) return knowsOnlyTheMean(scale, label);
  const some = chooseRows(y.length, hyperparameterRows, seed);
  const someX = new Float64Array(some.length * table.cols);
  for (const [i, row] of some.entries())
    someX.set(x.subarray(row * table.cols, (row + 1) * table.cols), i * table.cols);
  const someY = Float64Array.from(some, (i) => y[i]!);
  return condition(x, y, scale, label, findHyperparameters(someX, someY, used, iterations), used);
}

/** Where labels or features are all equal there is nothing to learn from. */
function knowsOnlyTheMean(scale: ColumnScale, label: GaussianProcessState['label']): GaussianProcessState {
  const none = new Float64Array(0);
  return { scale, label, hyperparameters: startOf(scale.mean.length), z: none, used: [], l: none, alpha: none };
}

/** The process given its hyperparameters and the rows. */
function condition(
  x: Float64Array,
  y: Float64Array,
  scale: ColumnScale,
  label: GaussianProcessState['label'],
  hyperparameters: Hyperparameters,
  used: readonly number[],
): GaussianProcessState {
  const n = y.length;
  const z = divideByLengths(x, n, hyperparameters.lengths, used);
  const { signal } = hyperparameters;
  // rows that are almost equal can need more noise than was found, to be positive definite in 53 bits
  for (let noise = hyperparameters.noise; noise < MOST_NOISE; noise *= 10) {
    const l = kernelMatrix(z, n, used.length, signal, noise);
    if (!factorise(l, n)) continue;
    const alpha = y.slice();
    solveLower(l, n, alpha);
    solveUpper(l, n, alpha);
    return { scale, label, hyperparameters: { ...hyperparameters, noise }, z, used, l, alpha };
  }
  throw new RangeError('features and labels must be finite');
}

/**
 * Mean and deviation of the function (without the noise of a measurement) at each row.
 *
 * @param meanOnly leaves the deviation at NaN, which takes a fraction of the time
 */
export function predictGaussianProcess(state: GaussianProcessState, table: FeatureTable, meanOnly = false): Belief {
  const { scale, label, hyperparameters, z, used, l, alpha } = state;
  const { lengths, signal } = hyperparameters;
  const n = alpha.length;
  const d = used.length;
  const asked = divideByLengths(scaleColumns(table, scale), table.rows, lengths, used);
  const mean = new Float64Array(table.rows);
  const deviation = new Float64Array(table.rows).fill(Number.NaN);
  const k = new Float64Array(n);
  for (let row = 0; row < table.rows; row++) {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      let r2 = 0;
      for (let c = 0, p = row * d, q = i * d; c < d; c++, p++, q++) {
        const difference = asked[p]! - z[q]!;
        r2 += difference * difference;
      }
      k[i] = signal * matern(r2);
      sum += k[i]! * alpha[i]!;
    }
    mean[row] = label.mean + label.deviation * sum;
    if (meanOnly) continue;
    solveLower(l, n, k);
    let explained = 0;
    for (let i = 0; i < n; i++) explained += k[i]! * k[i]!;
    deviation[row] = label.deviation * Math.sqrt(Math.max(0, signal - explained));
  }
  return { score: mean, mean, deviation };
}

function kernelMatrix(z: Float64Array, n: number, d: number, signal: number, noise: number): Float64Array {
  const k = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let r2 = 0;
      for (let c = 0, p = i * d, q = j * d; c < d; c++, p++, q++) {
        const difference = z[p]! - z[q]!;
        r2 += difference * difference;
      }
      k[i * n + j] = signal * matern(r2);
    }
    k[i * n + i] = signal + noise;
  }
  return k;
}

/** The columns in use, each divided by its length scale. */
function divideByLengths(x: Float64Array, rows: number, lengths: Float64Array, used: readonly number[]): Float64Array {
  const cols = rows === 0 ? 0 : x.length / rows;
  const z = new Float64Array(rows * used.length);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0; c < used.length; c++, at++) z[at] = x[r * cols + used[c]!]! / lengths[used[c]!]!;
  }
  return z;
}

function chooseRows(count: number, most: number, seed: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  return count <= most ? all : createRng(seed, 'surrogate/gp/rows').shuffle(all).slice(0, most);
}
