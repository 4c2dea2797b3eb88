import { tf } from '../../tensor/index.js';
import type { RangeEstimatorParams } from '../config/quantisation.js';
import { minimiseBounded } from './minimise.js';
import { quantiseUniform, stepOfRange, type ValueRange } from './uniform-quantiser.js';

/** What a search minimises. */
export type RangeLoss = 'MSE' | 'cross_entropy';

/** How far a search looks; fixed by the first batch. */
export interface SearchSpace {
  /** No negative value in the first batch. */
  readonly oneSided: boolean;
  readonly lowest: number;
  readonly highest: number;
  /** Losses of a grid search so far, candidate by candidate; they add up over the batches. */
  readonly losses: Float64Array;
}

/** What is searched for: a quantiser for all values at once. */
export interface RangeSearch extends RangeEstimatorParams {
  readonly loss: RangeLoss;
  readonly nBits: number;
  readonly symmetric: boolean;
}

/** The space of a search, from the first batch. */
export function searchSpace(x: tf.Tensor, search: RangeSearch): SearchSpace {
  const values = x.dataSync() as Float32Array;
  const min = values.reduce((low, value) => Math.min(low, value));
  const max = values.reduce((high, value) => Math.max(high, value));
  const oneSided = min >= 0;
  const { rangeMargin } = search;
  if (oneDimensional(search, oneSided)) {
    const highest = Math.max(Math.abs(min), max) + rangeMargin;
    return { oneSided, lowest: -highest, highest, losses: new Float64Array(search.numCandidates) };
  }
  const candidates = search.numCandidates * skews(search) * 2;
  return { oneSided, lowest: min - rangeMargin, highest: max + rangeMargin, losses: new Float64Array(candidates) };
}

/** AIHWKit's `MSE_Estimator` and `CrossEntropyEstimator` for one batch: the range whose quantiser distorts it least. */
export function searchRange(x: tf.Tensor, search: RangeSearch, space: SearchSpace): ValueRange {
  const lossOf = (min: number, max: number) => distortion(x, min, max, search);
  const bySections = search.rangeOptMethod === 'golden_section';
  const find = oneDimensional(search, space.oneSided)
    ? bySections
      ? symmetricSections
      : symmetricGrid
    : bySections
      ? asymmetricSections
      : asymmetricGrid;
  const [min, max] = find(lossOf, search, space);
  return { min: tf.scalar(min), max: tf.scalar(max) };
}

type LossOf = (min: number, max: number) => number;
type Ends = [min: number, max: number];

/** One number describes the range. */
function oneDimensional({ symmetric }: RangeSearch, oneSided: boolean): boolean {
  return symmetric || oneSided;
}

/** Shifts that an asymmetric search tries to each side, in steps of the quantiser. */
function skews({ nBits }: RangeSearch): number {
  return Math.floor(2 ** nBits / 4);
}

function widest({ lowest, highest }: SearchSpace): number {
  return Math.max(Math.abs(lowest), Math.abs(highest));
}

function symmetricSections(lossOf: LossOf, _search: RangeSearch, space: SearchSpace): Ends {
  const lowEnd = (range: number) => (space.oneSided ? 0 : -range);
  const largest = widest(space);
  const { x } = minimiseBounded((range) => lossOf(lowEnd(range), range), [0.01 * largest, largest]);
  return [lowEnd(x), x];
}

/** The best shift is looked for anew for every range. */
function asymmetricSections(lossOf: LossOf, search: RangeSearch, space: SearchSpace): Ends {
  const bestShift = (range: number) => {
    const most = ((2 * range) / (2 ** search.nBits - 1)) * skews(search);
    return minimiseBounded((shift) => lossOf(shift - range, shift + range), [-most, most]);
  };
  const largest = widest(space);
  const { x: range } = minimiseBounded((r) => bestShift(r).value, [0.01 * largest, largest]);
  const { x: shift } = bestShift(range);
  return [shift - range, shift + range];
}

function symmetricGrid(lossOf: LossOf, search: RangeSearch, space: SearchSpace): Ends {
  const step = widest(space) / search.numCandidates;
  const ends = (i: number): Ends => [space.oneSided ? 0 : -step * (i + 1), step * (i + 1)];
  return leastLoss(lossOf, ends, space);
}

/** Candidates by range, then by shift, then by its sign. */
function asymmetricGrid(lossOf: LossOf, search: RangeSearch, space: SearchSpace): Ends {
  const step = widest(space) / search.numCandidates;
  const count = skews(search);
  const ends = (i: number): Ends => {
    const range = step * (Math.floor(i / (2 * count)) + 1);
    const shift = Math.floor(i / 2) % count;
    const skew = (i % 2 === 0 ? 1 : -1) * shift * ((2 * range) / (2 ** search.nBits - 1));
    return [Math.max(skew - range, space.lowest), Math.min(skew + range, space.highest)];
  };
  return leastLoss(lossOf, ends, space);
}

function leastLoss(lossOf: LossOf, ends: (i: number) => Ends, { losses }: SearchSpace): Ends {
  let best = 0;
  for (let i = 0; i < losses.length; i++) {
    losses[i]! += lossOf(...ends(i));
    if (losses[i]! < losses[best]!) best = i;
  }
  return ends(best);
}

function distortion(x: tf.Tensor, min: number, max: number, { loss, nBits, symmetric }: RangeSearch): number {
  const value = tf.tidy(() => {
    const step = stepOfRange({ min: tf.scalar(min), max: tf.scalar(max) }, nBits, symmetric);
    const rounded = quantiseUniform(x, step.delta, step.zero, { nBits, symmetric, signed: step.signed });
    if (loss === 'MSE') return tf.sum(tf.squaredDifference(x, rounded));
    return tf.neg(tf.sum(tf.mul(tf.softmax(x), tf.logSoftmax(rounded))));
  });
  const [result] = value.dataSync();
  value.dispose();
  return result!;
}
