import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson, contentHash, makeFolder } from '../config/index.js';
import { writeFileAtomic } from './atomic-write.js';
import { guardWrite, resultsHint } from './guard-write.js';
import { openResultsFolder } from './results-folder.js';
import { type TrialMetrics, trialMetricsSchema } from './trial-record.js';

const entrySchema = z.strictObject({ format: z.literal(1), inputs: z.unknown(), metrics: trialMetricsSchema });

/**
 * Results of trials by the hash of everything that determines them, in `results/cache/<hash>.json`. An entry that is
 * damaged, of another format or of other inputs under the same hash counts as absent.
 */
export class TrialCache {
  readonly #folder: string;

  constructor(resultsDir: string) {
    this.#folder = join(resultsDir, 'cache');
  }

  /**
   * The cache of a results folder, for work that will want to write there.
   *
   * @throws RESULTS_UNWRITABLE where nothing can be kept, before the work that would be lost
   */
  static open(resultsDir: string): TrialCache {
    const cache = new TrialCache(resultsDir);
    openResultsFolder(resultsDir);
    openResultsFolder(cache.#folder);
    return cache;
  }

  /** The name under which the result of these inputs is kept: 16 hexadecimal digits. */
  static key(inputs: unknown): string {
    return contentHash(inputs);
  }

  /** The metrics of an earlier trial with exactly these inputs. */
  get(inputs: unknown): TrialMetrics | undefined {
    const entry = entrySchema.safeParse(this.#read(TrialCache.key(inputs)));
    if (!entry.success || canonicalJson(entry.data.inputs) !== canonicalJson(inputs)) return undefined;
    return entry.data.metrics;
  }

  /**
   * Keeps the metrics of a trial.
   *
   * @throws RESULTS_LOST
   */
  put(inputs: unknown, metrics: TrialMetrics): void {
    guardWrite(
      this.#folder,
      () => {
        makeFolder(this.#folder);
        const text = JSON.stringify({ format: 1, inputs, metrics });
        writeFileAtomic(join(this.#folder, `${TrialCache.key(inputs)}.json`), `${text}\n`);
      },
      resultsHint,
    );
  }

  #read(key: string): unknown {
    try {
      return JSON.parse(readFileSync(join(this.#folder, `${key}.json`), 'utf8'));
    } catch {
      return undefined;
    }
  }
}
