import { z } from 'zod';
import { type Rng, tf } from '../../tensor/index.js';
import type { Converter } from '../converter/converter.js';
import { createConverter } from '../converter/create.js';
import { common } from './common-schema.js';
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
      .describe('largest conductance, uS; by default that of the converter, else 88.199997'),
    gMin: z.number().min(0).optional().describe('smallest conductance, uS; by default that of the converter, else 9'),
    coeffDict: z
      .record(z.string(), z.array(z.number()).min(1))
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
      .describe('key of coeffDict; any other number means 0.2, as AIHWKit does with its default of 0.02'),
    progNoiseScale: common.progNoiseScale,
    readNoiseScale: common.readNoiseScale,
    driftScale: common.driftScale,
  })
  .transform((fields) => {
    const gMax = fields.gMax ?? fields.gConverter?.gMax ?? 88.199997;
    const gMin = fields.gMin ?? (fields.gConverter && 'gMin' in fields.gConverter ? fields.gConverter.gMin : 9);
    return {
      ...fields,
      gMax,
      gMin,
      gConverter: fields.gConverter ?? { class: 'SingleDeviceConductanceConverter' as const, gMax, gMin },
    };
  });

/** Analog ReRAM with a conductive metal-oxide layer: single devices, logarithmic relaxation, no drift exponent. */
export class ReRamCmoNoise implements NoiseModel {
  readonly converter: Converter;

  constructor(readonly options: z.output<typeof reramCmoSchema>) {
    this.converter = createConverter(options.gConverter);
  }

  program(target: tf.Tensor, rng: Rng): tf.Tensor {
    const { coeffDict, acceptanceRange, progNoiseScale } = this.options;
    const coefficients = coeffDict[String(acceptanceRange)] ?? coeffDict['0.2'] ?? Object.values(coeffDict)[0]!;
    return tf.tidy(() => addGaussian(target, polynomial(target, coefficients), progNoiseScale, rng));
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
