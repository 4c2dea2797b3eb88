import { type Rng, randomNormal, tf } from '../../tensor/index.js';
import type { Engine } from '../config/crossbar-config.js';
import type { IoParameters } from '../config/io-parameters.js';
import { boundOf, clip, quantise, stepOf } from './quantise.js';

/** DAC step. As for the ADC, the torch tile still rounds where the bound is switched off by a negative number. */
export function dacStep(io: IoParameters, engine: Engine): number {
  const bound = engine === 'torch' && io.inpBound < 0 ? Math.abs(io.inpBound) : boundOf(io.inpBound);
  return stepOf(bound, io.inpRes);
}

/** The DAC: round, clip, add input noise, weaken negative values; in this order. `x` is scaled already. */
export function dac<T extends tf.Tensor>(x: T, io: IoParameters, engine: Engine, rng: Rng): T {
  return tf.tidy(() => {
    const bound = boundOf(io.inpBound);
    const rounding = io.inpStoRound ? rng.child('dac-round') : undefined;
    const rounded = clip(quantise(x, dacStep(io, engine), rounding), bound);
    const noisy =
      io.inpNoise > 0 ? tf.add(rounded, randomNormal(x.shape, rng.child('dac-noise'), 0, io.inpNoise)) : rounded;
    if (io.inpAsymmetry === 0) return noisy.clone() as T;
    return tf.where(tf.less(noisy, 0), tf.mul(noisy, 1 - io.inpAsymmetry), noisy) as T;
  });
}
