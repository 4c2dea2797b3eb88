import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { fail } from '../config/index.js';
import { AbortError } from '../training/index.js';
import type { Evaluator, TrialOutcome, TrialProgress } from './evaluator.js';
import { SharedCores } from './shared-cores.js';
import type { TrialSpec } from './trial-spec.js';
import type { WorkerAnswer } from './trial-worker.js';

/** Options of {@link LocalPool}. */
export interface LocalPoolOptions {
  /** Number of worker threads, one trial each; at least one. */
  readonly workers: number;
  /** Cores to use in all, as far as the machine has them; one per worker if absent. */
  readonly cores?: number | undefined;
  /** Hears how far the running trials are. When it throws, all trials end with what it threw. */
  readonly onProgress?: ((progress: TrialProgress) => void) | undefined;
  /** The module whose default export runs a trial: this program's own unless another is named. */
  readonly workerFile?: URL;
}

/** Attempts per trial: one retry. */
const attemptsAllowed = 2;

/** More threads than any machine has cores for would only cost memory. */
export const mostWorkers = 256;

/**
 * Makes sure that a number of workers is one: a pool without workers would never begin its trials.
 *
 * @throws USAGE
 */
export function requireWorkers(workers: number): void {
  requireCount(workers, 'workers', mostWorkers);
}

function requireCount(count: number, of: 'workers' | 'cores', most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(count) && count >= 1 && count <= most) return;
  const accepted = most === Number.MAX_SAFE_INTEGER ? 'a whole number >= 1' : `a whole number from 1 to ${most}`;
  fail('USAGE', `This is not a number of ${of}.`, { path: of, found: String(count), accepted });
}

/**
 * Worker threads on this machine, one trial each; cores that have no trial help those that run. A trial whose worker
 * throws or dies is started once more; a thread that died is replaced.
 */
export class LocalPool implements Evaluator {
  readonly #pool: Piscina<TrialSpec, WorkerAnswer>;
  readonly #workerFile: string;
  readonly #closing = new AbortController();
  readonly #cores: SharedCores;
  /** What the listener threw first, in a box: anything can be thrown. */
  #thrown: { readonly error: unknown } | undefined;

  /** @throws USAGE when workers or cores are not whole numbers >= 1 */
  constructor({ workers, cores = workers, onProgress, workerFile = ownWorkerFile() }: LocalPoolOptions) {
    requireWorkers(workers);
    requireCount(cores, 'cores');
    this.#workerFile = fileURLToPath(workerFile);
    this.#cores = new SharedCores(Math.min(cores, availableParallelism()), workers);
    this.#pool = new Piscina({
      minThreads: 1, // others start with the trials that need them
      maxThreads: workers,
      workerData: this.#cores.memory,
      idleTimeout: Number.POSITIVE_INFINITY,
      recordTiming: false,
    });
    this.#pool.on('message', (message: TrialProgress) => this.#tell(onProgress, message));
    this.#pool.on('error', () => {
      // A thread died between two trials; piscina has replaced it, and no trial is affected.
    });
  }

  evaluate(trial: TrialSpec, signal: AbortSignal): Promise<TrialOutcome> {
    return this.#cores.during(() => this.#evaluate(trial, signal));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#pool.destroy();
  }

  /** A listener's error must reach whoever waits for a trial: thrown from here it would end the process. */
  #tell(listener: LocalPoolOptions['onProgress'], progress: TrialProgress): void {
    try {
      listener?.(progress);
    } catch (error) {
      this.#thrown ??= { error };
      this.#closing.abort(error);
    }
  }

  async #evaluate(trial: TrialSpec, signal: AbortSignal): Promise<TrialOutcome> {
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    const reasons = new Set<string>();
    for (let attempts = 1; attempts <= attemptsAllowed; attempts++) {
      const answer = await this.#attempt(trial, stop, reasons);
      if (answer === undefined) continue;
      if ('refusal' in answer) return { state: 'failed', reason: answer.refusal, attempts };
      return { state: 'done', ...answer.result, attempts };
    }
    return { state: 'failed', reason: [...reasons].join('; then '), attempts: attemptsAllowed };
  }

  /** The worker's answer, or undefined after noting why there is none. */
  async #attempt(trial: TrialSpec, stop: AbortSignal, reasons: Set<string>): Promise<WorkerAnswer | undefined> {
    if (stop.aborted) throw this.#reasonFor(stop);
    try {
      // Named per task, so that a module that cannot be loaded fails the trial with the reason.
      return await this.#pool.run(trial, { filename: this.#workerFile, signal: stop });
    } catch (error) {
      if (stop.aborted) throw this.#reasonFor(stop);
      reasons.add(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #reasonFor(stop: AbortSignal): unknown {
    return this.#thrown === undefined ? new AbortError(stop.reason) : this.#thrown.error;
  }
}

/** The compiled worker: beside this file when this file is compiled too, else in `dist/`. */
function ownWorkerFile(): URL {
  return new URL('./trial-worker.js', import.meta.url.replace('/src/evaluate/', '/dist/evaluate/'));
}
