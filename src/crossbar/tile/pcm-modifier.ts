import { type Rng, randomNormal, randomUniform, tf } from '../../tensor/index.js';
import type { WeightModifier } from '../config/weight-treatment.js';

/** Programming deviation of PCM in uS, as AIHWKit's CUDA kernel has it (not scaled with gMax). */
const [C0, C1, C2] = [0.26348, 1.965, -1.1731];

/**
 * AIHWKit's `PCMNoise` modifier: programming noise, spread of the drift exponent (its mean taken as compensated) and
 * read noise of a phase-change device per weight. AIHWKit has it on CUDA only; here it runs everywhere.
 */
export function pcmNoise(weights: tf.Tensor, modifier: WeightModifier, a: tf.Tensor, rng: Rng): tf.Tensor {
  const { stdDev: s, gMax, pcmTInference, pcmT0 } = modifier;
  const t = pcmTInference + pcmT0;
  return tf.tidy(() => {
    const clamped = tf.maximum(tf.minimum(weights, a), tf.neg(a));
    const wanted = withoutSmall(tf.div(tf.mul(clamped, gMax), a), modifier);
    const magnitude = tf.abs(faulty(wanted, modifier, rng.child('faults')));
    const x = tf.div(magnitude, gMax);
    const sigma = tf.mul(tf.add(tf.mul(tf.add(tf.mul(x, C2), C1), x), C0), s);
    const programmed = tf.add(magnitude, tf.mul(sigma, randomNormal(weights.shape, rng.child('program'))));
    const b = tf.div(tf.abs(programmed), gMax);
    const drifted =
      pcmTInference > 0
        ? tf.mul(programmed, tf.exp(tf.mul(exponents(b, rng.child('nu')), -Math.log(t / pcmT0))))
        : programmed;
    const q = tf.minimum(tf.div(0.0088, tf.maximum(tf.pow(b, 0.65), 1e-3)), 0.2);
    const span = s * Math.sqrt(Math.log((t + 250e-9) / 500e-9));
    const read = tf.mul(tf.mul(tf.abs(drifted), q), tf.mul(randomNormal(weights.shape, rng.child('read')), span));
    const final = tf.abs(tf.add(drifted, read));
    // A weight keeps its sign, whatever becomes of its device; one that is not programmed is exactly zero.
    const sign = tf.where(tf.less(wanted, 0), tf.fill(wanted.shape, -1), tf.onesLike(wanted));
    const kept = tf.mul(sign, tf.cast(tf.greater(magnitude, 0), 'float32'));
    return tf.div(tf.mul(tf.mul(kept, final), a), gMax);
  });
}

function exponents(b: tf.Tensor, rng: Rng): tf.Tensor {
  const sigma = tf.clipByValue(tf.add(tf.mul(tf.log(tf.maximum(b, 1e-6)), -0.0125), -0.0059), 0.008, 0.045);
  return tf.abs(tf.mul(sigma, randomNormal(b.shape, rng)));
}

/** Targets too small to be programmed are zero. */
function withoutSmall(g: tf.Tensor, { stdDev, pcmZeroThres }: WeightModifier): tf.Tensor {
  return tf.where(tf.lessEqual(tf.abs(g), pcmZeroThres * stdDev * C0), tf.zerosLike(g), g);
}

/** Devices stuck at zero, at the largest or at a random conductance (its magnitude counts, not its sign). */
function faulty(g: tf.Tensor, modifier: WeightModifier, rng: Rng): tf.Tensor {
  const { gMax, pcmProbAtReset, pcmProbAtGmax, pcmProbAtRandom } = modifier;
  const happens = (p: number, name: string) => tf.less(randomUniform(g.shape, rng.child(name)), p);
  let value = g;
  if (pcmProbAtReset > 0) value = tf.where(happens(pcmProbAtReset, 'reset'), tf.zerosLike(g), value);
  if (pcmProbAtGmax > 0) {
    const jump = tf.where(happens(0.5, 'sign'), tf.fill(g.shape, gMax), tf.fill(g.shape, -gMax));
    value = tf.where(happens(pcmProbAtGmax, 'gmax'), tf.add(value, jump), value);
  }
  if (pcmProbAtRandom > 0) {
    const random = randomUniform(g.shape, rng.child('value'), 0, gMax);
    value = tf.where(happens(pcmProbAtRandom, 'random'), random, value);
  }
  return tf.clipByValue(value, -gMax, gMax);
}
