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

/** The largest conductance of a model, uS: that of its converter, which wins over the model's own as in AIHWKit. */
export function fullScale(
  { gConverter, gMax }: { gConverter?: ConverterConfig | undefined; gMax?: number | undefined },
  otherwise: number,
): number {
  return gConverter?.gMax ?? gMax ?? otherwise;
}

/** Coefficients of polynomials, constant first, by a number that JSON has to write as text. */
export const polynomialByNumber = z
  .record(z.string(), z.array(z.number()).min(1))
  .refine((polynomials) => Object.keys(polynomials).length > 0 && Object.keys(polynomials).every(isNumeral), {
    error: 'at least one polynomial, each under a number',
  });

function isNumeral(key: string): boolean {
  return key.trim() !== '' && Number.isFinite(Number(key));
}
