import { z } from 'zod';
import { type Rng, tf } from '../../tensor/index.js';
import type { Converter } from '../converter/converter.js';
import { createConverter } from '../converter/create.js';
import { common, converterOr, fullScale } from './common-schema.js';
import type { NoiseModel } from './noise-model.js';
import { addGaussian, drawExponents, oneOverF, polynomial, powerLawDrift } from './steps.js';

/** AIHWKit `StateIndependentNoiseModel`. */
export const stateIndependentSchema = z
  .strictObject({
    class: z.literal('StateIndependentNoiseModel'),
    gConverter: common.gConverter,
    gMax: z
      .number()
      .positive()
      .optional()
      .describe('largest conductance, uS; that of the converter where one is given, else 25 by default'),
    progCoeff: z.array(z.number()).min(1).default([0.2, 0, 0]).describe('programming noise polynomial in G/gMax, uS'),
    progNoiseScale: common.progNoiseScale,
    driftNuMean: z.number().default(0.1).describe('mean drift exponent'),
    driftNuStd: z.number().min(0).default(0.05).describe('spread of the drift exponent'),
    driftScale: common.driftScale,
    t0: z.number().positive().default(20).describe('time between programming and t = 0, s'),
    readNoiseScale: common.readNoiseScale,
    tRead: z.number().positive().default(250e-9).describe('duration of a read, s'),
  })
  .transform((fields) => {
    const gMax = fullScale(fields, 25);
    return { ...fields, gMax, gConverter: converterOr(fields.gConverter, gMax) };
  });

/** A device whose drift and programming noise do not depend on its state: a simple model to study one effect alone. */
export class StateIndependentNoise implements NoiseModel {
  readonly converter: Converter;

  constructor(readonly options: z.output<typeof stateIndependentSchema>) {
    this.converter = createConverter(options.gConverter);
  }

  program(target: tf.Tensor, rng: Rng): tf.Tensor {
    const { gMax, progCoeff, progNoiseScale } = this.options;
    return tf.tidy(() =>
      tf.relu(addGaussian(target, polynomial(tf.div(target, gMax), progCoeff), progNoiseScale, rng)),
    );
  }

  driftCoefficient(target: tf.Tensor, rng: Rng): tf.Tensor {
    const { driftNuMean, driftNuStd, driftScale } = this.options;
    return tf.tidy(() =>
      drawExponents(tf.fill(target.shape, driftNuMean), tf.fill(target.shape, driftNuStd), driftScale, rng),
    );
  }

  drift(programmed: tf.Tensor, nu: tf.Tensor, seconds: number, rng: Rng): tf.Tensor {
    const { gMax, t0, tRead, readNoiseScale } = this.options;
    return tf.tidy(() => {
      const drifted = powerLawDrift(programmed, nu, seconds, t0);
      const sigma = tf.mul(tf.abs(tf.div(drifted, gMax)), oneOverF(seconds + t0, tRead));
      return tf.relu(addGaussian(drifted, sigma, readNoiseScale, rng));
    });
  }
}
