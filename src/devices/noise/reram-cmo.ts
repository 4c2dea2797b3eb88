import { z } from 'zod';
import { type Rng, tf } from '../../tensor/index.js';
import type { Converter } from '../converter/converter.js';
import { createConverter } from '../converter/create.js';
import { rangeNotEmpty } from '../converter/range.js';
import { common, fullScale, polynomialByNumber } from './common-schema.js';
import type { NoiseModel } from './noise-model.js';
import { addGaussian, oneOverF, polynomial } from './steps.js';

/** Programming deviation, uS, linear in G (uS), by acceptance range in percent: Falcone et al., CMO/HfOx ReRAM, as fitted in AIHWKit. */
const CMO_COEFFICIENTS: Readonly<Record<string, number[]>> = {
  '0.2': [0.00081107, 0.00106879],
  '2': [0.0112185391, 0.01129027418],
};

/** AIHWKit `ReRamCMONoiseModel`. */
export const reramCmoSchema = z
  .strictObject({
    class: z.literal('ReRamCMONoiseModel'),
    gConverter: common.gConverter,
    gMax: z
      .number()
      .positive()
      .optional()
      .describe('largest conductance, uS; that of the converter where one is given, else 88.199997 by default'),
    gMin: z
      .number()
      .min(0)
      .optional()
      .describe('smallest conductance, uS; that of the converter where one is given, else 9 by default'),
    coeffDict: polynomialByNumber
      .default(CMO_COEFFICIENTS)
      .describe('programming deviation polynomial in G, uS, by acceptance range in percent'),
    coeffGMaxReference: z.number().positive().optional().describe('full scale of the fit, uS; stored, not used'),
    decayDict: z
      .strictObject({ mean: z.array(z.number()).length(1), std: z.array(z.number()).length(2) })
      .default({ mean: [-0.08900206], std: [0.04201137, 0.41183342] })
      .describe('relaxation: mean per ln(s), and spread as [per ln(s), constant], uS'),
    readDict: z
      .strictObject({ K: z.number(), tRead: z.number().positive() })
      .default({ K: 0.0277316483, tRead: 1e-6 })
      .describe('read noise K log10(G) sqrt(ln((T + tRead) / (2 tRead))), uS'),
    acceptanceRange: z
      .number()
      .default(0.2)
      .describe('key of coeffDict; any other number means the smallest key, as AIHWKit does with its default of 0.02'),
    progNoiseScale: common.progNoiseScale,
    readNoiseScale: common.readNoiseScale,
    driftScale: common.driftScale,
  })
  .transform((fields) => {
    const { gConverter } = fields;
    const gMax = fullScale(fields, 88.199997);
    const gMin = gConverter && 'gMin' in gConverter ? gConverter.gMin : (fields.gMin ?? 9);
    return {
      ...fields,
      gMax,
      gMin,
      gConverter: gConverter ?? { class: 'SingleDeviceConductanceConverter' as const, gMax, gMin },
    };
  })
  .refine(...rangeNotEmpty);

/** Analog ReRAM with a conductive metal-oxide layer: single devices, logarithmic relaxation, no drift exponent. */
export class ReRamCmoNoise implements NoiseModel {
  readonly converter: Converter;

  constructor(readonly options: z.output<typeof reramCmoSchema>) {
    this.converter = createConverter(options.gConverter);
  }

  program(target: tf.Tensor, rng: Rng): tf.Tensor {
    const { progNoiseScale } = this.options;
    return tf.tidy(() => addGaussian(target, polynomial(target, this.#coefficients()), progNoiseScale, rng));
  }

  /** Of the acceptance range, or of the smallest that there is. */
  #coefficients(): readonly number[] {
    const { coeffDict, acceptanceRange } = this.options;
    const byRange = new Map(Object.entries(coeffDict).map(([range, coefficients]) => [Number(range), coefficients]));
    return byRange.get(acceptanceRange) ?? byRange.get(Math.min(...byRange.keys()))!;
  }

  /** The target; this model's relaxation does not depend on it. */
  driftCoefficient(target: tf.Tensor): tf.Tensor {
    return target.clone();
  }

  drift(programmed: tf.Tensor, _target: tf.Tensor, seconds: number, rng: Rng): tf.Tensor {
    if (seconds <= 0) return programmed.clone();
    const { decayDict, readDict, gMin, gMax, driftScale, readNoiseScale } = this.options;
    const lnT = Math.log(seconds);
    const spread = decayDict.std[0]! * lnT + decayDict.std[1]!;
    return tf.tidy(() => {
      const mean = tf.add(programmed, decayDict.mean[0]! * lnT * driftScale);
      const relaxed = addGaussian(mean, tf.fill(mean.shape, Math.abs(spread)), driftScale, rng);
      const log10 = tf.div(tf.log(tf.maximum(relaxed, 1e-7)), Math.LN10);
      const sigma = tf.mul(log10, readDict.K * oneOverF(seconds, readDict.tRead));
      return tf.clipByValue(addGaussian(relaxed, sigma, readNoiseScale, rng), gMin, gMax);
    });
  }
}
