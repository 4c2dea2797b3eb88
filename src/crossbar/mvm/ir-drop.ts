import { tf } from '../../tensor/index.js';

/**
 * AIHWKit's closed formula for the voltage drop along the columns of a tile: what to subtract from the product.
 * `n` is the tile's own number of inputs, not the largest possible.
 *
 * @param x DAC output, [batch, n]
 * @param weights [n, outputs]
 */
export function irDropLoss(x: tf.Tensor2D, weights: tf.Tensor2D, irDrop: number, gRatio: number): tf.Tensor2D {
  const n = x.shape[1];
  return tf.tidy(() => {
    const a = tf.mul(tf.matMul(tf.abs(x), tf.abs(weights)), n / gRatio);
    const c = tf.mul(a, tf.add(tf.mul(a, tf.sub(tf.mul(a, 0.05), 0.2)), 0.5));
    const position = tf.tensor1d(Float32Array.from({ length: n }, (_, j) => 1 - (1 - j / n) ** 2));
    const weighted = tf.matMul(tf.mul(x, position), weights);
    return tf.mul(tf.mul(c, weighted), irDrop) as tf.Tensor2D;
  });
}
