import { z } from 'zod';
import { noiseModelSchema } from '../../devices/index.js';
import { ioParametersSchema } from './io-parameters.js';
import { mappingSchema } from './mapping.js';
import { prePostSchema } from './pre-post.js';
import { activationQuantSchema } from './quantisation.js';
import { clipSchema, modifierSchema, remapSchema } from './weight-treatment.js';

/** Tile types by AIHWKit's class names; the first is its C++ tile and the default. */
export const tileClasses = [
  'InferenceRPUConfig',
  'TorchInferenceRPUConfig',
  'TorchInferenceRPUConfigIRDropT',
  'QuantizedTorchInferenceRPUConfig',
  'SingleRPUConfig',
] as const;

/** AIHWKit's drift compensations. */
export const driftCompensationSchema = z.strictObject({
  class: z.enum(['GlobalDriftCompensation', 'GlobalDriftCompensationWithExactReference', 'PerColumnDriftCompensation']),
});

/**
 * Everything about the crossbars that a network runs on. Names are AIHWKit's in camelCase, defaults are AIHWKit's;
 * any part may be left out.
 */
export const crossbarConfigSchema = z
  .strictObject({
    class: z.enum(tileClasses).default('InferenceRPUConfig').describe("whose tile: AIHWKit's C++ or its torch tile"),
    forward: ioParametersSchema.prefault({}).describe('I/O of the forward pass'),
    backward: ioParametersSchema
      .optional()
      .describe('I/O of the backward pass; by default perfect for inference tiles'),
    mapping: mappingSchema.prefault({}).describe('tiles and scales'),
    prePost: prePostSchema.prefault({}).describe('input range, quantisers of the digital periphery'),
    actQuantConfig: activationQuantSchema
      .nullable()
      .default(null)
      .describe('quantiser of the outputs, of QuantizedTorchInferenceRPUConfig only; null: none'),
    noiseModel: noiseModelSchema.prefault({ class: 'PCMLikeNoiseModel' }).describe('technology of the devices'),
    driftCompensation: driftCompensationSchema
      .nullable()
      .default({ class: 'GlobalDriftCompensation' })
      .describe('digital correction of the mean drift; null: none'),
    modifier: modifierSchema.prefault({}).describe('weight noise of hardware-aware training'),
    clip: clipSchema.prefault({}).describe('weight clipping after each training step'),
    remap: remapSchema.prefault({}).describe('weight remapping after each training step'),
  })
  .transform((config) => ({
    ...config,
    backward: config.backward ?? ioParametersSchema.parse({ isPerfect: config.class !== 'SingleRPUConfig' }),
  }));

export type CrossbarConfig = z.output<typeof crossbarConfigSchema>;
/** What a user writes: any part of a {@link CrossbarConfig}. */
export type CrossbarInput = z.input<typeof crossbarConfigSchema>;

/** Which of AIHWKit's two simulators a configuration follows. */
export type Engine = 'rpu' | 'torch';

/** The engine of a configuration. */
export function engineOf(config: Pick<CrossbarConfig, 'class'>): Engine {
  return config.class.includes('Torch') ? 'torch' : 'rpu';
}
