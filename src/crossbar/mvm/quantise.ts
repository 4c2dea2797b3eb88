import { type Rng, randomUniform, tf } from '../../tensor/index.js';

/** A bound as a number: AIHWKit writes "none" as zero, a negative number or infinity. */
export function boundOf(bound: number): number {
  return bound <= 0 || bound >= 1e38 ? Number.POSITIVE_INFINITY : Math.fround(bound);
}

/**
 * Absolute step of a converter in float32: `2 bound res`, where a `res` above 1 is a number of steps.
 * 0 means no rounding: a `res` of 0 or less, or (by default) no bound.
 */
export function stepOf(bound: number, res: number): number {
  if (res <= 0 || !Number.isFinite(bound)) return 0;
  const relative = Math.fround(res > 1 ? 1 / res : res);
  return Math.fround(Math.fround(2 * bound) * relative);
}

/**
 * Rounds to a multiple of `step`, ties to even; stochastically where `rng` is given. The quotient is a float32
 * division, as in AIHWKit: multiplying by 1/step would move values that lie on a tie.
 */
export function quantise<T extends tf.Tensor>(x: T, step: number, rng?: Rng): T {
  if (step <= 0) return x;
  return tf.tidy(() => {
    const steps = tf.div(x, step);
    const shifted = rng === undefined ? steps : tf.add(steps, randomUniform(x.shape, rng, -0.5, 0.5));
    return tf.mul(tf.round(shifted), step) as T;
  });
}

/** Clips to +-bound; nothing to do where there is none. */
export function clip<T extends tf.Tensor>(x: T, bound: number): T {
  return Number.isFinite(bound) ? (tf.clipByValue(x, -bound, bound) as T) : x;
}
