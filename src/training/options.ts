import { z } from 'zod';
import { coreDifferencesSchema } from '../crossbar/index.js';
import { augmentationSchema } from '../data/index.js';
import { schedules } from './schedule.js';

const epochs = (least: number) => z.int().min(least).max(100_000);

/** Options that both kinds of training have. */
const common = {
  batchSize: z.int().min(1).max(65_536).default(64).describe('images per step'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('share of the velocity that survives a step'),
  nesterov: z.boolean().default(false).describe("Nesterov's form of momentum"),
  decayAll: z.boolean().default(false).describe('weight decay also on biases and batch norm parameters'),
  schedule: z.enum(schedules).default('cosine').describe('course of the learning rate'),
  warmupEpochs: z
    .number()
    .min(0)
    .default(0)
    .describe('epochs, also parts of one, over which the rate rises to its highest; oneCycle has its own rise'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe("share of the target's probability that is spread over all classes"),
  augment: augmentationSchema.prefault({}),
};

const learningRate = z.number().positive().max(100).describe('highest learning rate');
const weightDecay = z.number().min(0).max(1).describe('L2 coefficient: this times the weight is added to its gradient');

/** The `training.digital` section of a configuration: floating-point training. */
export const digitalTrainingSchema = z
  .strictObject({
    epochs: epochs(1).default(20).describe('passes over the training images'),
    learningRate: learningRate.default(0.1),
    weightDecay: weightDecay.default(5e-4),
    ...common,
  })
  .superRefine(checkWarmup)
  .describe('training in floating point, before any hardware noise');

/** Options of {@link trainDigital}, complete. */
export type DigitalTraining = z.output<typeof digitalTrainingSchema>;

/** Options of {@link trainDigital} as they may be given: what is absent takes its default. */
export type DigitalTrainingOptions = z.input<typeof digitalTrainingSchema>;

const inputRangeSchema = z
  .strictObject({
    method: z
      .enum(['quantile', 'std', 'max'])
      .default('quantile')
      .describe('from a quantile of the magnitudes, from standard deviations about the mean, or the largest magnitude'),
    quantile: z.number().gt(0).max(1).default(0.999).describe('share of the magnitudes that the range must hold'),
    stdAlpha: z.number().positive().default(3).describe('standard deviations'),
    images: z.int().min(1).max(100_000).default(256).describe('training images to look at'),
  })
  .describe('how the input range of each layer is found, before the fine-tuning');

/** The `training.hwa` section of a configuration: hardware-aware fine-tuning. */
export const hwaTrainingSchema = z
  .strictObject({
    epochs: epochs(0).default(5).describe('passes over the training images; 0 maps the digital weights as they are'),
    learningRate: learningRate.default(0.02),
    weightDecay: weightDecay.default(0),
    ...common,
    clipSigma: z
      .number()
      .min(0)
      .default(2.5)
      .describe('after each step weights are clipped to this many standard deviations of their layer; 0 is off'),
    inputRange: inputRangeSchema.prefault({}),
  })
  .superRefine(checkWarmup)
  .describe('fine-tuning with the noise and quantisation of the crossbars in the forward pass');

/** Options of {@link trainHwa}, complete. */
export type HwaTraining = z.output<typeof hwaTrainingSchema>;

/** Options of {@link trainHwa} as they may be given: what is absent takes its default. */
export type HwaTrainingOptions = z.input<typeof hwaTrainingSchema>;

/** The `evaluation` section of a configuration: accuracy over drift time. */
export const driftEvaluationSchema = z
  .strictObject({
    times: z
      .array(z.number().min(0).max(1e12))
      .min(1)
      .default([1, 3600, 86_400, 2_592_000])
      .describe('seconds after programming, rising; the default is 1 second, 1 hour, 1 day, 30 days'),
    repeats: z.int().min(1).max(1000).default(5).describe('programmings, each with fresh noise'),
    batchSize: z.int().min(1).max(65_536).default(64).describe('images per forward pass'),
    coreDifferences: coreDifferencesSchema.optional(),
  })
  .superRefine(({ times }, context) => {
    const at = times.findIndex((time, index) => index > 0 && time <= times[index - 1]!);
    if (at < 0) return;
    context.addIssue({
      code: 'custom',
      path: ['times'],
      message: `rising times: ${times[at - 1]} comes before ${times[at]}`,
    });
  })
  .describe('programming, drift and test of the trained networks');

/** Options of {@link driftAccuracy}. */
export type DriftEvaluation = z.output<typeof driftEvaluationSchema>;

function checkWarmup(options: { epochs: number; warmupEpochs: number }, context: z.RefinementCtx): void {
  const { epochs, warmupEpochs } = options;
  if (warmupEpochs === 0 || warmupEpochs < epochs) return;
  context.addIssue({
    code: 'custom',
    path: ['warmupEpochs'],
    message: `warmupEpochs < epochs must hold, got warmupEpochs=${warmupEpochs}, epochs=${epochs}`,
  });
}
