import { z } from 'zod';
import { fail } from '../../config/index.js';
import { type Rng, tf } from '../../tensor/index.js';
import type { Converter } from '../converter/converter.js';
import { createConverter } from '../converter/create.js';
import { common, converterOr, fullScale, polynomialByNumber } from './common-schema.js';
import type { NoiseModel } from './noise-model.js';
import { addGaussian, polynomial } from './steps.js';

/** Deviation polynomials in a = G/gMax, uS, by seconds after programming: Wan et al., Nature 608, 504 (2022), as fitted in AIHWKit `inference/noise/reram.py`. */
const WAN_COEFFICIENTS: Readonly<Record<string, number[]>> = {
  '1.0': [0.348, 16.03, -43.853, 45.393, -16.815],
  '86400.0': [0.701, 22.086, -50.773, 47.095, -16.458],
  '172800.0': [0.782, 20.274, -43.507, 37.062, -11.934],
};

/** AIHWKit `ReRamWan2022NoiseModel`. */
export const reramWan2022Schema = z
  .strictObject({
    class: z.literal('ReRamWan2022NoiseModel'),
    gConverter: common.gConverter,
    gMax: z
      .number()
      .positive()
      .optional()
      .describe('largest conductance, uS; that of the converter where one is given, else 25 by default'),
    coeffDic: polynomialByNumber
      .default(WAN_COEFFICIENTS)
      .describe('deviation polynomial in G/gMax, uS, by seconds after programming'),
    coeffGMaxReference: z
      .number()
      .positive()
      .optional()
      .describe('full scale that the polynomials apply at, uS; by default gMax'),
    progCoeffGMaxReference: z
      .number()
      .positive()
      .default(40)
      .describe('kept for AIHWKit files: that version stores it and never uses it'),
    noiseScale: z.number().min(0).default(1).describe('factor on the deviation'),
  })
  .transform((fields) => {
    const gMax = fullScale(fields, 25);
    return {
      ...fields,
      gMax,
      gConverter: converterOr(fields.gConverter, gMax),
      coeffGMaxReference: fields.coeffGMaxReference ?? gMax,
    };
  });

/** ReRAM without a drift law: a known spread around the target at a few measured times. */
export class ReRamWan2022Noise implements NoiseModel {
  readonly converter: Converter;
  readonly #byTime: ReadonlyMap<number, readonly number[]>;

  constructor(readonly options: z.output<typeof reramWan2022Schema>) {
    this.converter = createConverter(options.gConverter);
    this.#byTime = new Map(Object.entries(options.coeffDic).map(([seconds, c]) => [Number(seconds), c]));
  }

  /** Programming ends at the earliest measured time. */
  program(target: tf.Tensor, rng: Rng): tf.Tensor {
    return this.#deviate(target, Math.min(...this.#byTime.keys()), rng);
  }

  /** The target itself: deviations are drawn around it at every time. */
  driftCoefficient(target: tf.Tensor): tf.Tensor {
    return target.clone();
  }

  drift(_programmed: tf.Tensor, target: tf.Tensor, seconds: number, rng: Rng): tf.Tensor {
    return this.#deviate(target, seconds, rng);
  }

  #deviate(target: tf.Tensor, seconds: number, rng: Rng): tf.Tensor {
    const { gMax, coeffGMaxReference, noiseScale } = this.options;
    const coefficients = this.#byTime.get(seconds);
    if (coefficients === undefined) {
      fail('CROSSBAR_UNSUPPORTED', 'ReRamWan2022NoiseModel knows no spread for this time after programming', {
        found: `${seconds} s`,
        accepted: [...this.#byTime.keys()].map((t) => `${t} s`).join(', '),
      });
    }
    return tf.tidy(() => {
      const sigma = tf.mul(polynomial(tf.div(target, gMax), coefficients), gMax / coeffGMaxReference);
      return tf.relu(addGaussian(target, sigma, noiseScale, rng));
    });
  }
}
