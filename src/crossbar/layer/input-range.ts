import { tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';

/** The input range in force: undefined where the configuration has none. */
export function rangeInForce(config: CrossbarConfig, range: number | tf.Tensor): tf.Tensor | undefined {
  return config.prePost.inputRange.enable ? tf.abs(range) : undefined;
}

/** `x` in units of its range, clipped to +-1. */
export function toTileUnits(x: tf.Tensor, range: tf.Tensor | undefined): tf.Tensor {
  return range === undefined ? x : tf.clipByValue(tf.mul(x, tf.div(1, range)), -1, 1);
}
