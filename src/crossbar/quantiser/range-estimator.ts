import { tf } from '../../tensor/index.js';
import type { RangeEstimatorParams, rangeEstimators } from '../config/quantisation.js';
import { type SearchSpace, searchRange, searchSpace } from './search-range.js';
import type { ValueRange } from './uniform-quantiser.js';

/** How a range is to be found, and for what kind of quantiser. */
export interface RangeEstimation {
  readonly estimator: (typeof rangeEstimators)[number];
  readonly params: RangeEstimatorParams;
  readonly nBits: number;
  readonly symmetric: boolean;
  /** A range per channel, the last axis; searches look for one range for all. */
  readonly perChannel: boolean;
}

/** Finds the range of values batch by batch, by one of AIHWKit's estimators (analog-inference reference, 6.4). */
export class RangeEstimator {
  #range: ValueRange | undefined;
  #space: SearchSpace | undefined;

  constructor(readonly estimation: RangeEstimation) {}

  /** The range after one more batch. It belongs to the estimator. */
  update(x: tf.Tensor): ValueRange {
    const next = tf.tidy(() => {
      const { min, max } = this.#next(x);
      return [tf.keep(min.clone()), tf.keep(max.clone())];
    });
    this.reset(false);
    this.#range = { min: next[0]!, max: next[1]! };
    return this.#range;
  }

  /** Forgets what it saw. */
  reset(searchToo = true): void {
    if (this.#range !== undefined) tf.dispose([this.#range.min, this.#range.max]);
    this.#range = undefined;
    if (searchToo) this.#space = undefined;
  }

  #next(x: tf.Tensor): ValueRange {
    const { estimator, params, nBits, symmetric, perChannel } = this.estimation;
    const before = this.#range;
    switch (estimator) {
      case 'current_minmax':
        return params.percentile ? percentiles(x, params.percentile, perChannel) : extremes(x, perChannel);
      case 'allminmax':
        return joined(extremes(x, perChannel), before, tf.minimum, tf.maximum);
      case 'running_minmax': {
        const move = (now: tf.Tensor, old: tf.Tensor) =>
          tf.add(tf.mul(now, 1 - params.momentum), tf.mul(old, params.momentum));
        return joined(extremes(x, perChannel), before, move, move);
      }
      case 'MSE':
      case 'cross_entropy': {
        const search = { ...params, loss: estimator, nBits, symmetric };
        this.#space ??= searchSpace(x, search);
        return searchRange(x, search, this.#space);
      }
    }
  }
}

type Join = (now: tf.Tensor, old: tf.Tensor) => tf.Tensor;

function joined(now: ValueRange, old: ValueRange | undefined, low: Join, high: Join): ValueRange {
  return old === undefined ? now : { min: low(now.min, old.min), max: high(now.max, old.max) };
}

function extremes(x: tf.Tensor, perChannel: boolean): ValueRange {
  if (!perChannel) return { min: tf.min(x), max: tf.max(x) };
  const flat = tf.reshape(x, [-1, x.shape.at(-1)!]);
  return { min: tf.min(flat, 0), max: tf.max(flat, 0) };
}

/** As AIHWKit: of all values together only the lower end is a percentile, of a channel both ends are. */
function percentiles(x: tf.Tensor, percentile: number, perChannel: boolean): ValueRange {
  if (!perChannel) {
    const sorted = (x.dataSync() as Float32Array).slice().sort();
    return { min: tf.scalar(linearPercentile(sorted, percentile)), max: tf.scalar(sorted.at(-1)!) };
  }
  const channels = x.shape.at(-1)!;
  const columns = tf.transpose(tf.reshape(x, [-1, channels])).dataSync() as Float32Array;
  const size = columns.length / channels;
  const sorted = Array.from({ length: channels }, (_, i) => columns.slice(i * size, (i + 1) * size).sort());
  return {
    min: tf.tensor1d(sorted.map((column) => linearPercentile(column, percentile))),
    max: tf.tensor1d(sorted.map((column) => linearPercentile(column, 100 - percentile))),
  };
}

/** As numpy: linear between neighbours. */
function linearPercentile(sorted: Float32Array, percentile: number): number {
  const position = (percentile / 100) * (sorted.length - 1);
  const below = Math.floor(position);
  return sorted[below]! + (position - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
}
