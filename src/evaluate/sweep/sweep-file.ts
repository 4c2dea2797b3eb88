import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, KirchhoffError, makeFolder } from '../../config/index.js';
import { guardWrite, lockRun, writeFileAtomic } from '../../store/index.js';
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
const fileSchema = z.object({
  format: z.literal('kirchhoff-sweep'),
  results: z.array(resultSchema),
  earlier: z.array(resultSchema).default([]),
});

/** What {@link sweepFile} is to hold. */
export interface SweepDocument {
  /** Network, crossbar and settings of the sweep. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Its points, each once. */
  readonly results: readonly SweepResult[];
}

/**
 * Results that earlier runs left in a folder, also those of other settings; none where there is no sweep yet.
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
  if (parsed.success) return [...parsed.data.results, ...parsed.data.earlier];
  return fail('DATA_INVALID', 'This file holds no sweep.', { source, hint: 'choose another folder with --to' });
}

/**
 * Writes files of a sweep, each as a whole. A document keeps the points that the folder's file holds at that moment and it
 * does not, as `earlier`: those of other settings, and of another sweep into the same folder, which waits meanwhile.
 *
 * @throws RESULTS_LOST; RUN_LOCKED where another process keeps the folder locked for seconds; DATA_INVALID where a
 *   document would overwrite something that is not a sweep
 */
export function writeSweepFiles(folder: string, files: Readonly<Record<string, string | SweepDocument>>): void {
  guardWrite(folder, () => {
    makeFolder(folder);
    const unlock = lockInTurn(folder);
    try {
      for (const [name, content] of Object.entries(files)) {
        const text = typeof content === 'string' ? content : textOf(content, knownResults(folder));
        writeFileAtomic(join(folder, name), text);
      }
    } finally {
      unlock();
    }
  });
}

/** Locks a folder, after other sweeps that write to it: each holds the lock for milliseconds. */
function lockInTurn(folder: string): () => void {
  const patience = Date.now() + 5_000;
  for (;;) {
    try {
      return lockRun(folder);
    } catch (error) {
      const taken = error instanceof KirchhoffError && error.code === 'RUN_LOCKED';
      if (!taken || Date.now() > patience) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

/** Content of {@link sweepFile}; of points with the same key the first counts. */
export function sweepDocument(about: SweepDocument['about'], results: readonly SweepResult[]): SweepDocument {
  return { about, results: withoutRepeats(results) };
}

function textOf({ about, results }: SweepDocument, known: readonly SweepResult[]): string {
  const earlier = withoutRepeats([...results, ...known]).slice(results.length);
  return `${JSON.stringify({ format: 'kirchhoff-sweep', ...about, results, earlier }, null, 1)}\n`;
}

function withoutRepeats(results: readonly SweepResult[]): SweepResult[] {
  const byKey = new Map<string, SweepResult>();
  for (const result of results) if (!byKey.has(result.key)) byKey.set(result.key, result);
  return [...byKey.values()];
}
