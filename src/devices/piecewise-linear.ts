import { tf } from '../tensor/index.js';

/**
 * Linear interpolation as numpy's `interp`: constant beyond the ends of the table.
 * Written as a sum of clipped ramps, so that it is a handful of element-wise operations on any backend.
 *
 * @param x any shape
 * @param knots ascending abscissae, at least two
 * @param values ordinates, one per knot
 */
export function piecewiseLinear(x: tf.Tensor, knots: readonly number[], values: readonly number[]): tf.Tensor {
  return tf.tidy(() => {
    let y: tf.Tensor = tf.fill(x.shape, values[0]!);
    for (let i = 0; i + 1 < knots.length; i++) {
      const width = knots[i + 1]! - knots[i]!;
      const slope = (values[i + 1]! - values[i]!) / width;
      if (slope === 0) continue;
      y = tf.add(y, tf.mul(tf.clipByValue(tf.sub(x, knots[i]!), 0, width), slope));
    }
    return y;
  });
}
