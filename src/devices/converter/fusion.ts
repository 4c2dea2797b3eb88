import { z } from 'zod';
import { tf } from '../../tensor/index.js';
import type { Conversion, ConversionScale, Converter } from './converter.js';

/** AIHWKit `FusionConductanceConverter`: one device per weight magnitude, each output scaled to the full range. */
export const fusionSchema = z.strictObject({
  class: z.literal('FusionConductanceConverter'),
  gMax: z.number().min(10).max(40).default(40).describe('largest conductance, uS (the chip allows 10 to 40)'),
});

const EPSILON = 1e-10;

/** Below this share of an output's squared conductances their variance is rounding, and no line can be fitted. */
const FLAT = 1e-11;

/**
 * Magnitudes on single devices, signs kept digitally. On the way back each output is corrected by the slope of a
 * least-squares line (with intercept) of the original on the noisy weights. Where all weights of an output are alike
 * no line is defined (AIHWKit then sets them to zero): the slope is taken through the origin.
 */
export class Fusion implements Converter {
  readonly gMax: number;
  readonly gMin = 0;
  readonly significances = [1];

  constructor({ gMax }: { gMax: number }) {
    this.gMax = gMax;
  }

  toConductances(weights: tf.Tensor2D): Conversion {
    const ratio = tf.tidy(() => tf.div(this.gMax, tf.maximum(tf.max(tf.abs(weights), 0, true), EPSILON)));
    const conductances = tf.tidy(() => [tf.mul(tf.abs(weights), ratio) as tf.Tensor2D]);
    return { conductances, scale: { ratio, original: weights.clone() } };
  }

  toWeights([conductance]: readonly tf.Tensor2D[], { original }: ConversionScale): tf.Tensor2D {
    return tf.tidy(() => {
      const noisy = tf.mul(conductance!, tf.sign(original!));
      const fromMean = (x: tf.Tensor) => tf.sub(x, tf.mean(x, 0, true));
      const variance = tf.sum(tf.square(fromMean(noisy)), 0, true);
      const covariance = tf.sum(tf.mul(fromMean(noisy), fromMean(original!)), 0, true);
      const square = tf.sum(tf.square(noisy), 0, true);
      const throughOrigin = tf.div(tf.sum(tf.mul(noisy, original!), 0, true), tf.maximum(square, EPSILON));
      const fitted = tf.div(covariance, tf.maximum(variance, EPSILON));
      const slope = tf.where(tf.greater(variance, tf.mul(square, FLAT)), fitted, throughOrigin);
      return tf.mul(noisy, slope);
    });
  }
}
