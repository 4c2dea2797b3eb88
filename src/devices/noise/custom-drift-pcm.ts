import { z } from 'zod';
import { type Rng, tf } from '../../tensor/index.js';
import type { ConverterConfig } from '../converter/create.js';
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
  .transform(completePcm)
  .refine(({ customDriftModel, gConverter }) => covers(customDriftModel.gLst, gConverter), {
    path: ['customDriftModel', 'gLst'],
    error: ({ input }) => {
      const { gMin, gMax } = rangeOf((input as { gConverter: ConverterConfig }).gConverter);
      return `conductances from ${gMin} uS or less to ${gMax} uS or more, the range of the converter`;
    },
  });

/** Whether ascending conductances span all that a converter gives: no drift is known beyond their ends. */
function covers(gLst: readonly number[], converter: ConverterConfig): boolean {
  const { gMin, gMax } = rangeOf(converter);
  return gLst[0]! <= gMin && gLst.at(-1)! >= gMax;
}

/** In uS; the Fusion converter starts at 0. */
function rangeOf(converter: ConverterConfig): { gMin: number; gMax: number } {
  return { gMin: 'gMin' in converter ? converter.gMin : 0, gMax: converter.gMax };
}

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
