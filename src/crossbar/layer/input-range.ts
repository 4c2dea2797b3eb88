import { tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import type { LayerRange } from './forward-call.js';

/** The input range in force: undefined where the configuration has none, one number where all parts have the same. */
export function rangeInForce(config: CrossbarConfig, range: number | readonly number[] | tf.Tensor): LayerRange {
  if (!config.prePost.inputRange.enable) return undefined;
  if (typeof range === 'number') return magnitude(range);
  const values = range instanceof tf.Tensor ? [...range.dataSync()] : range;
  const magnitudes = values.map(magnitude);
  return magnitudes.every((value) => value === magnitudes[0]) ? magnitudes[0] : magnitudes;
}

function magnitude(range: number): number {
  return Math.fround(Math.abs(range));
}

/** The range of each of `parts` row parts. */
export function partRanges(range: LayerRange, parts: number): (number | undefined)[] {
  return Array.from({ length: parts }, (_, part) => (typeof range === 'object' ? range[part] : range));
}

/** `x` in units of its range, clipped to +-1. */
export function toTileUnits(x: tf.Tensor, range: number | undefined): tf.Tensor {
  return range === undefined ? x : tf.clipByValue(tf.mul(x, 1 / range), -1, 1);
}
