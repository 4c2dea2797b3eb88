import { z } from 'zod';
import type { Converter } from './converter.js';
import { CustomPair, customPairSchema } from './custom-pair.js';
import { Fusion, fusionSchema } from './fusion.js';
import { dualPairSchema, NPair, nPairSchema } from './n-pair.js';
import { SingleDevice, singleDeviceSchema } from './single-device.js';
import { SinglePair, singlePairSchema } from './single-pair.js';

/** Any conductance converter, told apart by AIHWKit's class name. */
export const converterSchema = z.discriminatedUnion('class', [
  singlePairSchema,
  nPairSchema,
  dualPairSchema,
  customPairSchema,
  singleDeviceSchema,
  fusionSchema,
]);

export type ConverterConfig = z.output<typeof converterSchema>;

/** The converter that a configuration describes. */
export function createConverter(config: ConverterConfig): Converter {
  switch (config.class) {
    case 'SinglePairConductanceConverter':
      return new SinglePair(config);
    case 'NPairConductanceConverter':
    case 'DualPairConductanceConverter':
      return new NPair(config);
    case 'CustomPairConductanceConverter':
      return new CustomPair(config);
    case 'SingleDeviceConductanceConverter':
      return new SingleDevice(config);
    case 'FusionConductanceConverter':
      return new Fusion(config);
  }
}
