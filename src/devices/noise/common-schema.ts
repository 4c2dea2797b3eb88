import { z } from 'zod';
import { type ConverterConfig, converterSchema } from '../converter/create.js';

/** The fields that several noise models share. */
export const common = {
  gConverter: converterSchema.optional().describe('conductance converter; by default one pair up to gMax'),
  progNoiseScale: z.number().min(0).default(1).describe('factor on the programming noise'),
  readNoiseScale: z.number().min(0).default(1).describe('factor on the read noise'),
  driftScale: z.number().min(0).default(1).describe('factor on the drift exponents'),
};

/** The converter given, or a single differential pair from 0 to `gMax`. */
export function converterOr(given: ConverterConfig | undefined, gMax: number): ConverterConfig {
  return given ?? { class: 'SinglePairConductanceConverter', gMax, gMin: 0 };
}
