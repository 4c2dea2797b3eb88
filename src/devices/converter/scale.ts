import { tf } from '../../tensor/index.js';

/** Largest weight magnitude below which a tile counts as all zero (AIHWKit's `_ZERO_CLIP`). */
const ZERO_CLIP = 1e-7;

/** Conductance per unit weight: `range / max|W|`, as a scalar tensor. */
export function ratioToLargest(weights: tf.Tensor, range: number): tf.Tensor {
  return tf.tidy(() => tf.div(range, tf.maximum(tf.max(tf.abs(weights)), ZERO_CLIP)));
}
