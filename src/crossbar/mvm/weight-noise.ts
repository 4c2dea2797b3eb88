import { type Rng, randomNormal, tf } from '../../tensor/index.js';
import type { IoParameters } from '../config/io-parameters.js';

/**
 * Short-term noise of the weights as it appears at the outputs: one draw per output and input vector.
 * AdditiveConstant: `wNoise |x|`; PCMRead: `wNoise sqrt(sum_j |w_ij| x_j^2)`.
 */
export function addWeightNoise(
  y: tf.Tensor2D,
  x: tf.Tensor2D,
  weights: tf.Tensor2D,
  io: IoParameters,
  rng: Rng,
): tf.Tensor2D {
  if (io.wNoiseType === 'None' || io.wNoise === 0) return y;
  return tf.tidy(() => {
    const squares = tf.square(x);
    const variance = io.wNoiseType === 'PCMRead' ? tf.matMul(squares, tf.abs(weights)) : tf.sum(squares, 1, true);
    return tf.add(y, tf.mul(tf.mul(tf.sqrt(variance), io.wNoise), randomNormal(y.shape, rng))) as tf.Tensor2D;
  });
}
