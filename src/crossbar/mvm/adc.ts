import { type Rng, randomNormal, tf } from '../../tensor/index.js';
import type { Engine } from '../config/crossbar-config.js';
import type { IoParameters } from '../config/io-parameters.js';
import { boundOf, clip, quantise, stepOf } from './quantise.js';
import { applySShape } from './s-shape.js';
import type { TileDraws } from './tile-draws.js';

/** ADC step. The torch tile still rounds where the bound is switched off by a negative number. */
export function adcStep(io: IoParameters, engine: Engine): number {
  const bound = engine === 'torch' && io.outBound < 0 ? Math.abs(io.outBound) : boundOf(io.outBound);
  return stepOf(bound, io.outRes);
}

/** From the analog sum to the rounded, not yet clipped ADC value: S-shape, asymmetry, output noise, rounding. */
export function digitise(y: tf.Tensor2D, io: IoParameters, engine: Engine, draws: TileDraws, rng: Rng): tf.Tensor2D {
  return tf.tidy(() => {
    const bent = applySShape(y, draws.nonlinearity, io);
    const skewed = hasOutAsymmetry(io, engine)
      ? tf.where(tf.less(bent, 0), tf.mul(bent, 1 - io.outAsymmetry), bent)
      : bent;
    const noisy = addOutNoise(skewed as tf.Tensor2D, io, draws, rng.child('adc-noise'));
    const rounding = io.outStoRound ? rng.child('adc-round') : undefined;
    return quantise(noisy, adcStep(io, engine), rounding).clone() as tf.Tensor2D;
  });
}

/** Clips an ADC value to the output bound. */
export function clipOutput<T extends tf.Tensor>(y: T, io: IoParameters): T {
  return clip(y, boundOf(io.outBound));
}

/** The C++ tile ignores negative asymmetries. */
function hasOutAsymmetry(io: IoParameters, engine: Engine): boolean {
  return engine === 'rpu' ? io.outAsymmetry > 0 : io.outAsymmetry !== 0;
}

function addOutNoise(y: tf.Tensor2D, io: IoParameters, draws: TileDraws, rng: Rng): tf.Tensor2D {
  if (io.outNoise <= 0) return y;
  if (draws.outNoise === undefined) return tf.add(y, randomNormal(y.shape, rng, 0, io.outNoise));
  return tf.add(y, tf.mul(randomNormal(y.shape, rng), draws.outNoise));
}
