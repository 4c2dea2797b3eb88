import { tf } from '../../tensor/index.js';

/**
 * Input vectors times weights: [batch, inputs] and [inputs, outputs], or [batch, inputs, outputs] where every vector meets
 * weights of its own.
 */
export function timesWeights(x: tf.Tensor2D, weights: tf.Tensor): tf.Tensor2D {
  if (weights.rank !== 3) return tf.matMul(x, weights as tf.Tensor2D);
  return tf.squeeze(tf.matMul(tf.expandDims(x, 1), weights), [1]);
}

/** The transposed product: gradients of outputs [batch, outputs] to gradients of inputs [batch, inputs]. */
export function timesTransposed(dy: tf.Tensor2D, weights: tf.Tensor): tf.Tensor2D {
  if (weights.rank !== 3) return tf.matMul(dy, weights as tf.Tensor2D, false, true);
  return tf.squeeze(tf.matMul(tf.expandDims(dy, 1), weights, false, true), [1]);
}
