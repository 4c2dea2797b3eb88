import { type Rng, randomNormal, tf } from '../../tensor/index.js';

/** `c0 + c1 x + c2 x^2 + ...` (Horner). */
export function polynomial(x: tf.Tensor, coefficients: readonly number[]): tf.Tensor {
  return tf.tidy(() => {
    const [last, ...rest] = [...coefficients].reverse();
    return rest.reduce<tf.Tensor>((sum, c) => tf.add(tf.mul(sum, x), c), tf.fill(x.shape, last ?? 0));
  });
}

/** `x + scale * sigma * N(0, 1)`; nothing is drawn where the scale is zero. */
export function addGaussian(x: tf.Tensor, sigma: tf.Tensor, scale: number, rng: Rng): tf.Tensor {
  if (scale === 0) return x.clone();
  return tf.tidy(() => tf.add(x, tf.mul(tf.mul(sigma, scale), randomNormal(x.shape, rng))));
}

/** `|mean + sigma * N(0, 1)| * scale`: the drift exponents of a population of devices. */
export function drawExponents(mean: tf.Tensor, sigma: tf.Tensor, scale: number, rng: Rng): tf.Tensor {
  return tf.tidy(() => tf.mul(tf.abs(addGaussian(mean, sigma, 1, rng)), scale));
}

/** Structural relaxation of phase-change cells: `G (t / t0)^-nu`, where `t = seconds + t0`; unchanged up to 0 seconds. */
export function powerLawDrift(programmed: tf.Tensor, nu: tf.Tensor, seconds: number, t0: number): tf.Tensor {
  if (seconds <= 0) return programmed.clone();
  return tf.tidy(() => tf.mul(programmed, tf.exp(tf.mul(nu, -Math.log((seconds + t0) / t0)))));
}

/**
 * Standard deviation of 1/f noise integrated from the read time up to `t`, relative to its amplitude:
 * `sqrt(ln((t + tRead) / (2 tRead)))`. None has gathered up to the read time, nor before programming.
 */
export function oneOverF(t: number, tRead: number): number {
  if (t <= tRead) return 0;
  return Math.sqrt(Math.log((t + tRead) / (2 * tRead)));
}

/** `clamp(slope * ln(a) + offset, low, high)`: the shape of most fitted device curves. */
export function clampedLog(a: tf.Tensor, slope: number, offset: number, low: number, high: number): tf.Tensor {
  return tf.tidy(() => tf.clipByValue(tf.add(tf.mul(tf.log(a), slope), offset), low, high));
}

/** Conductance relative to its largest, never below 1e-7 so that its logarithm exists. */
export function relative(g: tf.Tensor, gMax: number): tf.Tensor {
  return tf.tidy(() => tf.maximum(tf.div(tf.abs(g), gMax), 1e-7));
}
