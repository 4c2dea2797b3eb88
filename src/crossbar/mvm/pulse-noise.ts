import type { Converter } from '../../devices/index.js';
import { type Rng, randomNormal, tf } from '../../tensor/index.js';
import type { IoParameters } from '../config/io-parameters.js';
import { inputSteps } from './phases.js';

/** Polynomials in the logarithm of the mean pulse length in ns, highest power first. */
const SLOPE = [0.00021926, -0.00187352, 0.00655714, -0.0146159, 0.02578764];
/** In S. */
const OFFSET = [1.11906167e-9, -9.08576764e-9, 3.07015063e-8, -6.77079241e-8, 1.17763144e-7];

/**
 * AIHWKit's `apply_xdep_pcm_read_noise`: read noise of the devices that is smaller the longer the input pulses are. Every
 * product draws it anew. Without any pulse nothing is read, and the weights stay (AIHWKit fails there).
 *
 * @param x DAC outputs of one pass, [batch, inputs]: the mean length of all their pulses counts
 */
export function withPulseNoise(
  weights: tf.Tensor2D,
  x: tf.Tensor2D,
  io: IoParameters,
  converter: Converter,
  rng: Rng,
): tf.Tensor2D {
  return tf.tidy(() => {
    const meanLength = (tf.mean(tf.abs(x)).dataSync()[0]! * inputSteps(io)) / (2 * io.inpBound);
    if (!(meanLength > 0)) return weights.clone();
    const z = Math.log10(meanLength);
    const { conductances, scale } = converter.toConductances(weights);
    const g = tf.abs(tf.sub(conductances[0]!, conductances[1]!));
    const deviation = tf.add(tf.mul(g, polynomial(SLOPE, z)), polynomial(OFFSET, z) * 1e6);
    const noise = tf.mul(tf.mul(deviation, io.xdepPcmReadNoiseScale), randomNormal(g.shape, rng));
    return tf.div(tf.mul(tf.add(g, noise), tf.sign(weights)), scale.ratio);
  });
}

function polynomial(coefficients: readonly number[], z: number): number {
  return coefficients.reduce((sum, c) => sum * z + c, 0);
}
