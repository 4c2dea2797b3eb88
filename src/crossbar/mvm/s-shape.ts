import { tf } from '../../tensor/index.js';
import type { IoParameters } from '../config/io-parameters.js';
import { boundOf } from './quantise.js';

/** S-shaped output curve: `F y / (1 + |n y|)`, with F chosen so that the slope is 1 at the calibration point. */
export function applySShape(y: tf.Tensor2D, nonlinearity: tf.Tensor1D | undefined, io: IoParameters): tf.Tensor2D {
  if (nonlinearity === undefined && io.rSeries === 0) return y;
  return tf.tidy(() => {
    const n = nonlinearity ?? tf.scalar(0);
    const bent = tf.div(y, tf.add(tf.abs(tf.mul(n, y)), 1));
    if (io.slopeCalibration <= 0) return bent as tf.Tensor2D;
    const outBound = boundOf(io.outBound);
    const bound = Number.isFinite(outBound) ? outBound : 1;
    const strength = tf.add(tf.mean(n), io.rSeries);
    const gain = tf.square(tf.add(tf.mul(strength, io.slopeCalibration * bound), 1));
    return tf.mul(bent, gain) as tf.Tensor2D;
  });
}
