import { z } from 'zod';
import { type Rng, tf } from '../../tensor/index.js';
import { piecewiseLinear } from '../piecewise-linear.js';
import { completePcm, PcmLikeNoise, pcmFields } from './pcm-like.js';
import { drawExponents } from './steps.js';

const driftTables = z
  .strictObject({
    gLst: z.array(z.number()).min(2).describe('conductances, ascending, uS'),
    nuMeanLst: z.array(z.number()).min(2).describe('mean drift exponent at each'),
    nuStdLst: z.array(z.number().min(0)).min(2).describe('spread of the drift exponent at each'),
  })
  .refine((t) => t.gLst.length === t.nuMeanLst.length && t.gLst.length === t.nuStdLst.length, {
    error: 'the three lists must have the same length',
  })
  .refine((t) => t.gLst.every((g, i) => i === 0 || g > t.gLst[i - 1]!), { error: 'gLst must ascend' });

/** AIHWKit `CustomDriftPCMLikeNoiseModel`: PCM whose drift statistics are given as tables. */
export const customDriftPcmSchema = z
  .strictObject({ class: z.literal('CustomDriftPCMLikeNoiseModel'), ...pcmFields, customDriftModel: driftTables })
  .transform(completePcm);

/** PCM with interpolated mean and spread of the drift exponent. */
export class CustomDriftPcmNoise extends PcmLikeNoise {
  readonly #tables: z.output<typeof driftTables>;

  constructor(options: z.output<typeof customDriftPcmSchema>) {
    super(options);
    this.#tables = options.customDriftModel;
  }

  override driftCoefficient(target: tf.Tensor, rng: Rng): tf.Tensor {
    const { gLst, nuMeanLst, nuStdLst } = this.#tables;
    return tf.tidy(() =>
      drawExponents(
        piecewiseLinear(target, gLst, nuMeanLst),
        piecewiseLinear(target, gLst, nuStdLst),
        this.options.driftScale,
        rng,
      ),
    );
  }
}
