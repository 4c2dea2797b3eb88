import { z } from 'zod';
import { tf } from '../../tensor/index.js';
import type { Conversion, ConversionScale, Converter } from './converter.js';
import { rangeNotEmpty } from './range.js';
import { ratioToLargest } from './scale.js';

const significances = z
  .array(z.number().positive())
  .min(1)
  .describe('significance of each pair, least significant first');

/** AIHWKit `NPairConductanceConverter`: several differential pairs, filled one after the other. */
export const nPairSchema = z
  .strictObject({
    class: z.literal('NPairConductanceConverter'),
    fLst: significances,
    gMax: z.number().positive().default(25).describe('largest conductance, uS'),
    gMin: z.number().min(0).default(0).describe('smallest conductance, uS'),
  })
  .refine(...rangeNotEmpty);

/** AIHWKit `DualPairConductanceConverter`: an {@link NPair} of two. */
export const dualPairSchema = z
  .strictObject({
    class: z.literal('DualPairConductanceConverter'),
    fLst: significances.length(2),
    gMax: z.number().positive().default(25).describe('largest conductance, uS'),
    gMin: z.number().min(0).default(0).describe('smallest conductance, uS'),
  })
  .refine(...rangeNotEmpty);

/** Each pair takes what the pairs before it left over, up to its range times its significance. */
export class NPair implements Converter {
  readonly gMax: number;
  readonly gMin: number;
  readonly significances: readonly number[];

  constructor({ fLst, gMax, gMin }: { fLst: readonly number[]; gMax: number; gMin: number }) {
    this.significances = fLst;
    this.gMax = gMax;
    this.gMin = gMin;
  }

  toConductances(weights: tf.Tensor2D): Conversion {
    const range = this.gMax - this.gMin;
    const total = this.significances.reduce((sum, f) => sum + f, 0);
    const ratio = ratioToLargest(weights, total * range);
    const conductances = tf.tidy(() => {
      const scaled = tf.mul(weights, ratio);
      const halves = [tf.relu(scaled), tf.relu(tf.neg(scaled))];
      let filled = 0;
      return this.significances.flatMap((f) => {
        const pair = halves.map((half) =>
          tf.clipByValue(tf.add(tf.div(tf.sub(half, filled), f), this.gMin), this.gMin, this.gMax),
        );
        filled += f * range;
        return pair as tf.Tensor2D[];
      });
    });
    return { conductances, scale: { ratio } };
  }

  toWeights(conductances: readonly tf.Tensor2D[], { ratio }: ConversionScale): tf.Tensor2D {
    return tf.tidy(() => {
      const pairs = this.significances.map((f, i) => tf.mul(tf.sub(conductances[2 * i]!, conductances[2 * i + 1]!), f));
      return tf.div(tf.addN(pairs), ratio);
    });
  }
}
