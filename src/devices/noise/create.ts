import { z } from 'zod';
import { CustomDriftPcmNoise, customDriftPcmSchema } from './custom-drift-pcm.js';
import { HermesNoise, hermesSchema } from './hermes.js';
import type { NoiseModel } from './noise-model.js';
import { PcmLikeNoise, pcmLikeSchema } from './pcm-like.js';
import { ReRamCmoNoise, reramCmoSchema } from './reram-cmo.js';
import { ReRamWan2022Noise, reramWan2022Schema } from './reram-wan2022.js';
import { StateIndependentNoise, stateIndependentSchema } from './state-independent.js';

/** Any noise model, told apart by AIHWKit's class name. */
export const noiseModelSchema = z.discriminatedUnion('class', [
  pcmLikeSchema,
  customDriftPcmSchema,
  hermesSchema,
  reramWan2022Schema,
  reramCmoSchema,
  stateIndependentSchema,
]);

export type NoiseModelConfig = z.output<typeof noiseModelSchema>;

/** The noise model that a configuration describes. */
export function createNoiseModel(config: NoiseModelConfig): NoiseModel {
  switch (config.class) {
    case 'PCMLikeNoiseModel':
      return new PcmLikeNoise(config);
    case 'CustomDriftPCMLikeNoiseModel':
      return new CustomDriftPcmNoise(config);
    case 'HermesNoiseModel':
      return new HermesNoise(config);
    case 'ReRamWan2022NoiseModel':
      return new ReRamWan2022Noise(config);
    case 'ReRamCMONoiseModel':
      return new ReRamCmoNoise(config);
    case 'StateIndependentNoiseModel':
      return new StateIndependentNoise(config);
  }
}
