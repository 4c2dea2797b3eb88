import { tf } from '../../tensor/index.js';

/**
 * Voltage offset and series resistance of the outputs (AIHWKit `v_offset`, `r_series`).
 *
 * @param y product, [batch, outputs]
 * @param x DAC output, [batch, inputs]
 * @param vOffset [outputs]; undefined where there is none
 * @param wMin weight that the smallest conductance stands for
 */
export function applyVoltageOffset(
  y: tf.Tensor2D,
  x: tf.Tensor2D,
  vOffset: tf.Tensor1D | undefined,
  rSeries: number,
  wMin: number,
): tf.Tensor2D {
  return tf.tidy(() => {
    const v = vOffset ?? tf.scalar(0);
    const kept = tf.sub(1, v);
    if (wMin === 0) return tf.mul(loaded(y, rSeries), kept) as tf.Tensor2D;
    const reference = tf.mul(tf.sum(x, 1, true), -wMin);
    if (rSeries === 0) return tf.sub(tf.mul(y, kept), tf.mul(tf.mul(v, 2), reference)) as tf.Tensor2D;
    const signal = tf.mul(loaded(tf.add(y, reference), rSeries), kept);
    return tf.sub(signal, tf.mul(loaded(reference, rSeries), tf.add(v, 1))) as tf.Tensor2D;
  });
}

/** `y / (1 + r |y|)`: the voltage that a series resistance takes away from a current. */
function loaded(y: tf.Tensor, rSeries: number): tf.Tensor {
  return tf.div(y, tf.add(tf.mul(tf.abs(y), rSeries), 1));
}
