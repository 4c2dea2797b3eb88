import { z } from 'zod';
import { peripheryQuantSchema } from './quantisation.js';

/** AIHWKit `InputRangeParameter`: the digital range that a tile's DAC covers. */
export const inputRangeSchema = z.strictObject({
  enable: z.boolean().default(false),
  learnInputRange: z.boolean().default(true).describe('the range is a trainable parameter'),
  initValue: z.number().positive().default(3),
  initFromData: z.number().int().min(0).default(100).describe('number of batches that set the range'),
  initStdAlpha: z.number().positive().default(3).describe('range in standard deviations of the input'),
  decay: z.number().default(0.001).describe('pull towards smaller ranges'),
  inputMinPercentage: z.number().default(0.95).describe('decay acts while more than this share of inputs is inside'),
  manageOutputClipping: z.boolean().default(false),
  outputMinPercentage: z.number().default(0.95),
  gradientScale: z.number().default(1),
  gradientRelative: z.boolean().default(true),
  calibrationInfo: z.string().nullable().default(null),
});

/** AIHWKit `PrePostProcessingParameter` and, for its quantised tile, `PrePostProcessingParameterQuant`. */
export const prePostSchema = z.strictObject({
  inputRange: inputRangeSchema.prefault({}),
  periphQuant: peripheryQuantSchema
    .prefault({})
    .describe('quantiser of scales and biases, of QuantizedTorchInferenceRPUConfig only'),
});

export type InputRangeParameters = z.output<typeof inputRangeSchema>;
