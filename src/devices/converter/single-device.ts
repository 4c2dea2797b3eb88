import { z } from 'zod';
import { tf } from '../../tensor/index.js';
import type { Conversion, ConversionScale, Converter } from './converter.js';
import { rangeNotEmpty } from './range.js';

/** AIHWKit `SingleDeviceConductanceConverter`: one device per weight, from the smallest weight at `gMin` up. */
export const singleDeviceSchema = z
  .strictObject({
    class: z.literal('SingleDeviceConductanceConverter'),
    gMax: z.number().positive().default(88.199997).describe('largest conductance, uS'),
    gMin: z.number().min(0).default(9).describe('smallest conductance, uS'),
  })
  .refine(...rangeNotEmpty);

/** `G = (W - min W) k + gMin` with `k = (gMax - gMin) / (max W - min W)`. */
export class SingleDevice implements Converter {
  readonly gMax: number;
  readonly gMin: number;
  readonly significances = [1];

  constructor({ gMax, gMin }: { gMax: number; gMin: number }) {
    this.gMax = gMax;
    this.gMin = gMin;
  }

  toConductances(weights: tf.Tensor2D): Conversion {
    const [offset, ratio] = tf.tidy(() => {
      const low = tf.min(weights);
      const span = tf.maximum(tf.sub(tf.max(weights), low), 1e-7);
      return [low, tf.div(this.gMax - this.gMin, span)];
    });
    const conductances = tf.tidy(() => [tf.add(tf.mul(tf.sub(weights, offset!), ratio!), this.gMin) as tf.Tensor2D]);
    return { conductances, scale: { ratio: ratio!, offset: offset! } };
  }

  toWeights([conductance]: readonly tf.Tensor2D[], { ratio, offset }: ConversionScale): tf.Tensor2D {
    return tf.tidy(() => tf.add(offset!, tf.div(tf.sub(conductance!, this.gMin), ratio)));
  }
}
