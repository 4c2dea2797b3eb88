import { z } from 'zod';

/**
 * The accepted values of one whole-number gene, in a space file either `{ "from": 8, "to": 128, "step": 4 }` (both ends
 * included, step 1 if absent) or a list `[8, 16, 32]`. Parsed into ascending values.
 */
export function geneRangeSchema(lowest: number, highest: number) {
  const value = z.int().min(lowest).max(highest);
  const range = z.strictObject({ from: value, to: value, step: z.int().min(1).default(1) });
  const list = z.array(value).min(1);
  return z.union([range, list]).transform((given, context): readonly number[] => {
    const values = Array.isArray(given) ? [...given].sort((a, b) => a - b) : expand(given);
    if (values.length === 0 && !Array.isArray(given)) {
      context.addIssue(`from <= to must hold, got from=${given.from}, to=${given.to}`);
    }
    if (new Set(values).size < values.length) context.addIssue('a list in which no value occurs twice');
    return values;
  });
}

function expand({ from, to, step }: { from: number; to: number; step: number }): number[] {
  return Array.from({ length: Math.max(0, Math.floor((to - from) / step) + 1) }, (_, i) => from + i * step);
}
