import { z } from 'zod';

export const modifierTypes = [
  'None',
  'Copy',
  'Discretize',
  'MultNormal',
  'AddNormal',
  'DiscretizeAddNormal',
  'DoReFa',
  'Poly',
  'PCMNoise',
  'ProgNoise',
  'DropConnect',
] as const;

/** AIHWKit `WeightModifierParameter`: what hardware-aware training does to the weights of the forward and backward pass. */
export const modifierSchema = z.strictObject({
  type: z.enum(modifierTypes).default('None'),
  stdDev: z.number().min(0).default(0).describe('strength of the noise, relative to the largest weight'),
  perBatchSample: z
    .boolean()
    .default(false)
    .describe('a sample of the weights for each member of the batch; torch tiles, AddNormal and MultNormal'),
  res: z.number().default(0).describe('step of Discretize and DoReFa'),
  stoRound: z.boolean().default(false).describe('stochastic rounding'),
  dorefaClip: z.number().default(0.6),
  pdrop: z.number().min(0).max(1).default(0).describe('probability that a weight is set to zero'),
  enableDuringTest: z.boolean().default(false),
  relToActualWmax: z.boolean().default(true).describe('relative to the largest weight of the tile'),
  assumedWmax: z.number().positive().default(1).describe('taken for the largest weight otherwise'),
  copyLastColumn: z.boolean().default(false).describe('leave the analog bias as it is'),
  coeffs: z.array(z.number()).default([0.0105392, 0.0768, -0.046925]).describe('polynomial of Poly and ProgNoise'),
  gMax: z.number().positive().default(25).describe('largest conductance, uS'),
  pcmZeroThres: z.number().default(0),
  pcmTInference: z.number().min(0).default(0).describe('time of PCMNoise after programming, s'),
  pcmProbAtReset: z.number().min(0).max(1).default(0),
  pcmProbAtGmax: z.number().min(0).max(1).default(0),
  pcmProbAtRandom: z.number().min(0).max(1).default(0),
  pcmT0: z.number().positive().default(20).describe('s'),
});

/** AIHWKit `WeightClipParameter`. */
export const clipSchema = z.strictObject({
  type: z.enum(['None', 'FixedValue', 'LayerGaussian', 'AverageChannelMax']).default('None'),
  fixedValue: z.number().default(-1),
  sigma: z.number().default(2.5),
});

/** AIHWKit `WeightRemapParameter`. */
export const remapSchema = z.strictObject({
  type: z.enum(['None', 'LayerwiseSymmetric', 'ChannelwiseSymmetric']).default('None'),
  remappedWmax: z.number().positive().default(1),
  maxScaleRange: z.number().min(0).default(0),
  maxScaleRef: z.number().min(0).default(0),
});

export type WeightModifier = z.output<typeof modifierSchema>;
export type WeightClip = z.output<typeof clipSchema>;
export type WeightRemap = z.output<typeof remapSchema>;
