import { z } from 'zod';
import { tf } from '../../tensor/index.js';
import type { Conversion, ConversionScale, Converter } from './converter.js';
import { rangeNotEmpty } from './range.js';
import { ratioToLargest } from './scale.js';

/** AIHWKit `SinglePairConductanceConverter`: one differential pair, the unused device at `gMin`. */
export const singlePairSchema = z
  .strictObject({
    class: z.literal('SinglePairConductanceConverter'),
    gMax: z.number().positive().default(25).describe('largest conductance, uS'),
    gMin: z.number().min(0).default(0).describe('smallest conductance, uS'),
  })
  .refine(...rangeNotEmpty);

/** `G+ = clamp(W k, 0, gMax) + gMin`, `G- = clamp(-W k, 0, gMax) + gMin`, with `k = (gMax - gMin) / max|W|`. */
export class SinglePair implements Converter {
  readonly gMax: number;
  readonly gMin: number;
  readonly significances = [1];

  constructor({ gMax, gMin }: { gMax: number; gMin: number }) {
    this.gMax = gMax;
    this.gMin = gMin;
  }

  toConductances(weights: tf.Tensor2D): Conversion {
    const ratio = ratioToLargest(weights, this.gMax - this.gMin);
    const conductances = tf.tidy(() => {
      const scaled = tf.mul(weights, ratio);
      return [scaled, tf.neg(scaled)].map(
        (part) => tf.add(tf.clipByValue(part, 0, this.gMax), this.gMin) as tf.Tensor2D,
      );
    });
    return { conductances, scale: { ratio } };
  }

  toWeights([plus, minus]: readonly tf.Tensor2D[], { ratio }: ConversionScale): tf.Tensor2D {
    return tf.tidy(() => tf.div(tf.sub(plus!, minus!), ratio));
  }
}
