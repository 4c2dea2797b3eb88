import { z } from 'zod';
import { type Rng, tf } from '../../tensor/index.js';
import type { Converter } from '../converter/converter.js';
import { createConverter } from '../converter/create.js';
import { common, converterOr, fullScale } from './common-schema.js';
import type { NoiseModel } from './noise-model.js';
import { addGaussian, clampedLog, drawExponents, oneOverF, polynomial, powerLawDrift, relative } from './steps.js';

/** A curve fitted in two parts: logarithmic below `split`, a polynomial in a = G/gMax above. */
interface TwoPartFit {
  readonly split: number;
  readonly log: readonly [slope: number, offset: number, low: number, high: number];
  readonly polynomial: readonly number[];
}

interface HermesFit {
  readonly gMax: number;
  readonly t0: number;
  readonly progCoeff: readonly number[];
  readonly nuMean: TwoPartFit;
  readonly nuStd: TwoPartFit;
  readonly readAmplitude: TwoPartFit;
}

const nuMean: TwoPartFit = {
  split: 0.0945,
  log: [-0.0387, -0.0182, 0.072, 0.13],
  polynomial: [0.0736, -0.0126, -0.0436],
};

/** Fits of the IBM HERMES project chip with one or two devices per polarity: AIHWKit `inference/noise/hermes.py`. */
const fits: Readonly<Record<1 | 2, HermesFit>> = {
  1: {
    gMax: 10.35,
    t0: 200,
    progCoeff: [0.15781817, 2.32443916, -2.16310839, 0.68841818],
    nuMean,
    nuStd: { split: 0.3039, log: [-0.012, -0.0023, 0.0124, 0.04], polynomial: [0.0104, 0.0116, -0.0165] },
    readAmplitude: {
      split: 0.1591,
      log: [-0.0078, 0.0038, 0.0179, 0.04],
      polynomial: [0.0088, 0.0768, -0.1352, 0.0664],
    },
  },
  2: {
    gMax: 20.7,
    t0: 300,
    progCoeff: [0.16603222, 4.71806468, -8.48101252, 4.68961419],
    nuMean,
    nuStd: { split: 0.3055, log: [-0.0117, -0.0057, 0.0091, 0.04], polynomial: [0.0073, 0.0093, -0.0118] },
    readAmplitude: {
      split: 0.16,
      log: [-0.0117, -0.0069, 0.015, 0.04],
      polynomial: [0.0123, 0.0211, -0.028, 0.0069],
    },
  },
};

/** AIHWKit `HermesNoiseModel`. */
export const hermesSchema = z
  .strictObject({
    class: z.literal('HermesNoiseModel'),
    numDevices: z
      .union([z.literal(1), z.literal(2)])
      .default(2)
      .describe('devices per polarity of a unit cell'),
    gConverter: common.gConverter,
    gMax: z
      .number()
      .positive()
      .optional()
      .describe(
        'largest conductance, uS; that of the converter where one is given, else by default 20.7 (two devices) or 10.35 (one)',
      ),
    progCoeff: z.array(z.number()).min(1).optional().describe('programming noise polynomial in G/gMax, uS'),
    progCoeffGMaxReference: z.number().positive().optional().describe('full scale that progCoeff was fitted at, uS'),
    t0: z
      .number()
      .positive()
      .optional()
      .describe('time between programming and t = 0, s; by default 300 (two devices) or 200 (one)'),
    tRead: z.number().positive().default(512e-9).describe('duration of a read, s'),
    progNoiseScale: common.progNoiseScale,
    readNoiseScale: common.readNoiseScale,
    driftScale: common.driftScale,
  })
  .transform((fields) => {
    const fit = fits[fields.numDevices];
    const gMax = fullScale(fields, fit.gMax);
    return {
      ...fields,
      gMax,
      gConverter: converterOr(fields.gConverter, gMax),
      progCoeff: fields.progCoeff ?? [...fit.progCoeff],
      progCoeffGMaxReference: fields.progCoeffGMaxReference ?? (fields.progCoeff ? gMax : fit.gMax),
      t0: fields.t0 ?? fit.t0,
    };
  })
  .refine((fields) => fields.gMax <= fits[fields.numDevices].gMax, {
    path: ['gMax'],
    error: 'must not exceed 20.7 uS with two devices per polarity, 10.35 uS with one',
  });

function twoPart(a: tf.Tensor, fit: TwoPartFit): tf.Tensor {
  return tf.tidy(() => tf.where(tf.less(a, fit.split), clampedLog(a, ...fit.log), polynomial(a, fit.polynomial)));
}

/** The PCM of the HERMES chip: the laws of {@link PcmLikeNoise} with curves fitted on that chip. */
export class HermesNoise implements NoiseModel {
  readonly converter: Converter;
  readonly #fit: HermesFit;

  constructor(readonly options: z.output<typeof hermesSchema>) {
    this.converter = createConverter(options.gConverter);
    this.#fit = fits[options.numDevices];
  }

  program(target: tf.Tensor, rng: Rng): tf.Tensor {
    const { gMax, progCoeff, progCoeffGMaxReference, progNoiseScale } = this.options;
    return tf.tidy(() => {
      const sigma = tf.mul(polynomial(tf.div(target, gMax), progCoeff), gMax / progCoeffGMaxReference);
      return tf.relu(addGaussian(target, tf.relu(sigma), progNoiseScale, rng));
    });
  }

  driftCoefficient(target: tf.Tensor, rng: Rng): tf.Tensor {
    return tf.tidy(() => {
      const a = relative(target, this.options.gMax);
      return drawExponents(twoPart(a, this.#fit.nuMean), twoPart(a, this.#fit.nuStd), this.options.driftScale, rng);
    });
  }

  drift(programmed: tf.Tensor, nu: tf.Tensor, seconds: number, rng: Rng): tf.Tensor {
    const { gMax, t0, tRead, readNoiseScale } = this.options;
    return tf.tidy(() => {
      const drifted = powerLawDrift(programmed, nu, seconds, t0);
      const amplitude = twoPart(relative(programmed, gMax), this.#fit.readAmplitude);
      const sigma = tf.mul(tf.mul(tf.abs(drifted), amplitude), oneOverF(seconds + t0, tRead));
      return tf.relu(addGaussian(drifted, sigma, readNoiseScale, rng));
    });
  }
}
