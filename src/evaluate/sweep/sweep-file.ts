import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, makeFolder } from '../../config/index.js';
import { guardWrite, writeFileAtomic } from '../../store/index.js';
import type { SweepResult } from './run-sweep.js';

/** Name of the file in a sweep's folder that holds its results. */
export const sweepFile = 'sweep.json';

const resultSchema = z.object({
  values: z.record(z.string(), z.unknown()),
  key: z.string(),
  analog: z.array(
    z.object({
      seconds: z.number(),
      mean: z.number(),
      std: z.number(),
      repeats: z.number(),
      values: z.array(z.number()),
    }),
  ),
});
const fileSchema = z.object({ format: z.literal('kirchhoff-sweep'), results: z.array(resultSchema) });

/**
 * Results that an earlier run left in a folder; none where there is no sweep yet.
 * @throws DATA_INVALID where the file is there but is not a sweep: it is not overwritten
 */
export function knownResults(folder: string): SweepResult[] {
  const source = join(folder, sweepFile);
  if (!existsSync(source)) return [];
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(source, 'utf8'));
  } catch (error) {
    return fail('DATA_INVALID', 'The results of a sweep are damaged.', { source, found: (error as Error).message });
  }
  const parsed = fileSchema.safeParse(document);
  if (parsed.success) return parsed.data.results;
  return fail('DATA_INVALID', 'This file holds no sweep.', { source, hint: 'choose another folder with --to' });
}

/**
 * Writes files of a sweep, each as a whole.
 * @throws RESULTS_UNWRITABLE
 */
export function writeSweepFiles(folder: string, files: Readonly<Record<string, string>>): void {
  guardWrite(folder, () => {
    makeFolder(folder);
    for (const [name, text] of Object.entries(files)) writeFileAtomic(join(folder, name), text);
  });
}

/** Text of {@link sweepFile}. */
export function sweepDocument(about: Readonly<Record<string, unknown>>, results: readonly SweepResult[]): string {
  return `${JSON.stringify({ format: 'kirchhoff-sweep', ...about, results }, null, 1)}\n`;
}
