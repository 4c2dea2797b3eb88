import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { AbortError } from '../training/index.js';
import type { Evaluator, TrialOutcome, TrialProgress } from './evaluator.js';
import { SharedCores } from './shared-cores.js';
import type { TrialSpec } from './trial-spec.js';
import type { WorkerAnswer } from './trial-worker.js';

/** Options of {@link LocalPool}. */
export interface LocalPoolOptions {
  /** Number of worker threads, one trial each. */
  readonly workers: number;
  /** Cores to use in all, as far as the machine has them; one per worker if absent. */
  readonly cores?: number | undefined;
  /** Hears how far the running trials are. */
  readonly onProgress?: ((progress: TrialProgress) => void) | undefined;
  /** The module whose default export runs a trial: this program's own unless another is named. */
  readonly workerFile?: URL;
}

/** Attempts per trial: one retry. */
const attemptsAllowed = 2;

/**
 * Worker threads on this machine, one trial each; cores that have no trial help those that run. A trial whose worker
 * throws or dies is started once more; a thread that died is replaced.
 */
export class LocalPool implements Evaluator {
  readonly #pool: Piscina<TrialSpec, WorkerAnswer>;
  readonly #workerFile: string;
  readonly #closing = new AbortController();
  readonly #cores: SharedCores;

  constructor({ workers, cores = workers, onProgress, workerFile = ownWorkerFile() }: LocalPoolOptions) {
    this.#workerFile = fileURLToPath(workerFile);
    this.#cores = new SharedCores(Math.min(cores, availableParallelism()), workers);
    this.#pool = new Piscina({
      minThreads: workers,
      maxThreads: workers,
      workerData: this.#cores.memory,
      idleTimeout: Number.POSITIVE_INFINITY,
      recordTiming: false,
    });
    this.#pool.on('message', (message: TrialProgress) => onProgress?.(message));
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
    if (stop.aborted) throw new AbortError(stop.reason);
    try {
      // Named per task, so that a module that cannot be loaded fails the trial with the reason.
      return await this.#pool.run(trial, { filename: this.#workerFile, signal: stop });
    } catch (error) {
      if (stop.aborted) throw new AbortError(stop.reason);
      reasons.add(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}

/** The compiled worker: beside this file when this file is compiled too, else in `dist/`. */
function ownWorkerFile(): URL {
  return new URL('./trial-worker.js', import.meta.url.replace('/src/evaluate/', '/dist/evaluate/'));
}
