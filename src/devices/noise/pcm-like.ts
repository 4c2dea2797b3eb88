import { z } from 'zod';
import { type Rng, tf } from '../../tensor/index.js';
import type { Converter } from '../converter/converter.js';
import { createConverter } from '../converter/create.js';
import { common, converterOr, fullScale } from './common-schema.js';
import type { NoiseModel } from './noise-model.js';
import { addGaussian, clampedLog, drawExponents, oneOverF, polynomial, powerLawDrift, relative } from './steps.js';

/** Programming noise of a million PCM devices, uS at 25 uS full scale: Nandakumar et al., ICECS 2020; Joshi et al., Nat. Commun. 11, 2473 (2020). */
const PCM_PROG_COEFF = [0.26348, 1.965, -1.1731];
const PCM_REFERENCE = 25;

/** Fields of every model that programs and reads like PCM. */
export const pcmFields = {
  gConverter: common.gConverter,
  gMax: z
    .number()
    .positive()
    .optional()
    .describe('largest conductance, uS; that of the converter where one is given, else 25 by default'),
  progCoeff: z.array(z.number()).min(1).optional().describe('programming noise polynomial in G/gMax, uS'),
  progCoeffGMaxReference: z.number().positive().optional().describe('full scale that progCoeff was fitted at, uS'),
  t0: z.number().positive().default(20).describe('time between programming and t = 0, s'),
  tRead: z.number().positive().default(250e-9).describe('duration of a read, s'),
  progNoiseScale: common.progNoiseScale,
  readNoiseScale: common.readNoiseScale,
  driftScale: common.driftScale,
};

/** Fills the fields whose defaults depend on each other, as AIHWKit does. */
export function completePcm<T extends z.output<z.ZodObject<typeof pcmFields>>>(fields: T) {
  const gMax = fullScale(fields, 25);
  const ownFit = fields.progCoeff === undefined;
  return {
    ...fields,
    gMax,
    gConverter: converterOr(fields.gConverter, gMax),
    progCoeff: fields.progCoeff ?? PCM_PROG_COEFF,
    progCoeffGMaxReference: fields.progCoeffGMaxReference ?? (ownFit ? PCM_REFERENCE : gMax),
  };
}

/** AIHWKit `PCMLikeNoiseModel`. */
export const pcmLikeSchema = z
  .strictObject({ class: z.literal('PCMLikeNoiseModel'), ...pcmFields })
  .transform(completePcm);

export type PcmOptions = Omit<z.output<typeof pcmLikeSchema>, 'class'>;

/** Phase-change memory: state-dependent programming noise, drift exponents and 1/f read noise. */
export class PcmLikeNoise implements NoiseModel {
  readonly converter: Converter;

  constructor(protected readonly options: PcmOptions) {
    this.converter = createConverter(options.gConverter);
  }

  program(target: tf.Tensor, rng: Rng): tf.Tensor {
    const { gMax, progCoeff, progCoeffGMaxReference, progNoiseScale } = this.options;
    return tf.tidy(() => {
      const sigma = tf.mul(polynomial(tf.div(target, gMax), progCoeff), gMax / progCoeffGMaxReference);
      return tf.relu(addGaussian(target, sigma, progNoiseScale, rng));
    });
  }

  driftCoefficient(target: tf.Tensor, rng: Rng): tf.Tensor {
    return tf.tidy(() => {
      const a = relative(target, this.options.gMax);
      const mean = clampedLog(a, -0.0155, 0.0244, 0.049, 0.1);
      const sigma = clampedLog(a, -0.0125, -0.0059, 0.008, 0.045);
      return drawExponents(mean, sigma, this.options.driftScale, rng);
    });
  }

  drift(programmed: tf.Tensor, nu: tf.Tensor, seconds: number, rng: Rng): tf.Tensor {
    const { gMax, t0, tRead, readNoiseScale } = this.options;
    return tf.tidy(() => {
      const drifted = powerLawDrift(programmed, nu, seconds, t0);
      const amplitude = readAmplitude(programmed, gMax);
      const sigma = tf.mul(tf.mul(tf.abs(drifted), amplitude), oneOverF(seconds + t0, tRead));
      return tf.relu(addGaussian(drifted, sigma, readNoiseScale, rng));
    });
  }
}

/** Amplitude of 1/f noise relative to the conductance: `min(0.0088 / max(a^0.65, 1e-3), 0.2)` (Nandakumar et al. 2019). */
function readAmplitude(programmed: tf.Tensor, gMax: number): tf.Tensor {
  return tf.tidy(() => {
    const power = tf.pow(tf.div(tf.abs(programmed), gMax), 0.65);
    return tf.minimum(tf.div(0.0088, tf.maximum(power, 1e-3)), 0.2);
  });
}
