import { z } from 'zod';

/** AIHWKit's `RangeEstimators`, by its names. */
export const rangeEstimators = ['current_minmax', 'allminmax', 'running_minmax', 'MSE', 'cross_entropy'] as const;

const estimatorParamsSchema = z.strictObject({
  percentile: z.number().min(0).max(100).nullable().default(null).describe('of current_minmax; null: the extremes'),
  momentum: z.number().min(0).max(1).default(0.9).describe('of running_minmax: weight of what came before'),
  rangeOptMethod: z
    .enum(['grid', 'golden_section'])
    .default('golden_section')
    .describe('search of MSE and cross_entropy'),
  numCandidates: z.number().int().positive().default(100).describe('candidates of a grid search'),
  rangeMargin: z.number().min(0).default(0.5).describe('how far beyond the data a search looks'),
});

const quantiserFields = {
  nBits: z.number().int().min(0).max(24).default(0).describe('bits; 0: no quantisation'),
  symmetric: z.boolean().default(true).describe('symmetric about zero; false: with a zero point'),
};

/** AIHWKit `ActivationQuantConfig`. */
export const activationQuantSchema = z.strictObject({
  ...quantiserFields,
  rangeEstimator: z.enum(rangeEstimators).default('running_minmax').describe('how the range follows from data'),
  rangeEstimatorParams: estimatorParamsSchema.prefault({}),
});

/** AIHWKit `WeightQuantConfig`. */
export const weightQuantSchema = z.strictObject({
  ...quantiserFields,
  perChannel: z.boolean().default(false).describe('a range per output'),
  rangeEstimator: z.enum(rangeEstimators).default('current_minmax').describe('how the range follows from the weights'),
  rangeEstimatorParams: estimatorParamsSchema.prefault({}),
});

/** AIHWKit `PeripheryQuantizationParameter`: digital scales and biases. */
export const peripheryQuantSchema = z.strictObject({
  ...quantiserFields,
  learnQuantParams: z.boolean().default(false).describe('quantiser steps are trained'),
  initLearningAfter: z
    .number()
    .int()
    .min(1)
    .default(100)
    .describe('training batches before that; ranges are estimated'),
});

export type ActivationQuantConfig = z.output<typeof activationQuantSchema>;
export type WeightQuantConfig = z.output<typeof weightQuantSchema>;
/** What a user writes of a {@link WeightQuantConfig}. */
export type WeightQuantInput = z.input<typeof weightQuantSchema>;
export type PeripheryQuantConfig = z.output<typeof peripheryQuantSchema>;
export type RangeEstimatorParams = z.output<typeof estimatorParamsSchema>;
