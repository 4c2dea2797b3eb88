import { KirchhoffError } from '../config/index.js';
import { type Evaluator, type TrainedNetwork, type TrialSpec, trialInputs } from '../evaluate/index.js';
import { type RunStore, TrialCache, type TrialRecord } from '../store/index.js';
import type { PlannedTrial } from './events.js';

/** A trial ready to run. */
export interface BatchTrial {
  readonly plan: PlannedTrial;
  readonly spec: TrialSpec;
}

/** Where a trial's record came from. */
export type TrialSource = 'worker' | 'cache' | 'journal';

/** What a {@link BatchRunner} works with. */
export interface BatchContext {
  readonly store: RunStore;
  readonly evaluator: Evaluator;
  readonly cache: TrialCache;
  readonly signal: AbortSignal;
  /** Hears every record, in the order in which trials finish. */
  readonly onTrial: (trial: TrialRecord, from: TrialSource) => void;
  /** Called with a trained network before its trial is journalled, so that a journalled trial has been exported. */
  readonly onTrained: (trained: TrainedNetwork, trial: BatchTrial) => Promise<void>;
}

/** Runs batches of trials: from the journal, else from the cache, else in a worker. Every trial is journalled. */
export class BatchRunner {
  constructor(private readonly context: BatchContext) {}

  /**
   * The records of all trials of a batch in the order given, failed ones too. When it throws, nothing runs any more
   * and nothing will be written.
   *
   * @throws RUN_DAMAGED when the journal holds another trial under a number; an AbortError at the signal
   */
  async run(round: number, trials: readonly BatchTrial[]): Promise<TrialRecord[]> {
    const errors: unknown[] = [];
    const giveUp = new AbortController();
    const signal = AbortSignal.any([this.context.signal, giveUp.signal]);
    const records = await Promise.all(
      trials.map((trial) =>
        this.#record(round, trial, signal).catch((error: unknown) => {
          errors.push(error);
          giveUp.abort(error);
        }),
      ),
    );
    if (errors.length > 0) throw errors[0];
    return records as TrialRecord[];
  }

  async #record(round: number, trial: BatchTrial, signal: AbortSignal): Promise<TrialRecord> {
    const journalled = this.#journalled(trial.plan);
    if (journalled !== undefined) return this.#tell(journalled, 'journal');
    const inputs = trialInputs(trial.spec);
    const blank = { ...trial.plan, key: TrialCache.key(inputs), round, reason: null, finishedAt: '' };
    const cached = trial.spec.keepWeights ? undefined : this.context.cache.get(inputs);
    if (cached !== undefined) {
      return this.#journal({ ...blank, state: 'done', metrics: cached, attempts: 0 }, 'cache');
    }
    const outcome = await this.context.evaluator.evaluate(trial.spec, signal);
    if (outcome.state === 'failed') {
      return this.#journal({ ...blank, ...outcome, metrics: null }, 'worker');
    }
    const { metrics, trained, attempts } = outcome;
    if (trained !== undefined) await this.context.onTrained(trained, trial);
    this.context.cache.put(inputs, metrics);
    return this.#journal({ ...blank, state: 'done', metrics, attempts }, 'worker');
  }

  #journalled(plan: PlannedTrial): TrialRecord | undefined {
    const trial = this.context.store.trial(plan.number);
    if (trial === undefined) return trial;
    if (trial.name === plan.name && trial.role === plan.role && trial.rung === plan.rung) return trial;
    throw new KirchhoffError('RUN_DAMAGED', 'The journal does not belong to this search.', {
      source: this.context.store.folder,
      path: `trial ${plan.number}`,
      found: `${trial.role} ${trial.name}`,
      accepted: `${plan.role} ${plan.name}`,
      hint: 'this run was begun by another version of the program: search again',
    });
  }

  #journal(trial: TrialRecord, from: TrialSource): TrialRecord {
    const finished = { ...trial, finishedAt: new Date().toISOString() };
    this.context.store.addTrial(finished);
    return this.#tell(finished, from);
  }

  #tell(trial: TrialRecord, from: TrialSource): TrialRecord {
    this.context.onTrial(trial, from);
    return trial;
  }
}
