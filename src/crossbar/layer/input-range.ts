import { tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';

/** The input range in force: undefined where the configuration has none. */
export function rangeInForce(config: CrossbarConfig, range: number | tf.Tensor): number | undefined {
  if (!config.prePost.inputRange.enable) return undefined;
  return Math.fround(Math.abs(typeof range === 'number' ? range : range.dataSync()[0]!));
}

/** `x` in units of its range, clipped to +-1. */
export function toTileUnits(x: tf.Tensor, range: number | undefined): tf.Tensor {
  return range === undefined ? x : tf.clipByValue(tf.mul(x, 1 / range), -1, 1);
}
