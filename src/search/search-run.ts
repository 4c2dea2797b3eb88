import { join } from 'node:path';
import { fail } from '../config/index.js';
import type { Evaluator } from '../evaluate/index.js';
import type { RunStore, TrialCache, TrialRecord } from '../store/index.js';
import { AbortError } from '../training/index.js';
import { BatchRunner, type BatchTrial, type TrialSource } from './batch-runner.js';
import type { RunEvent, TrialCounts } from './events.js';
import { exportBest } from './export-best.js';
import { type FrontReport, frontReport } from './front.js';
import { objectiveList, outcomeOf } from './objective.js';
import { finalRow, type SearchResult } from './result.js';
import { Searcher } from './searcher.js';
import type { RunSetup } from './setup.js';
import { Memory, type Success } from './strategies/memory.js';
import { baselineTrial, candidateTrial, finalTrial } from './trials.js';
import { writeReport } from './write-report.js';

/** What a {@link SearchRun} works with. */
export interface SearchRunContext {
  readonly setup: RunSetup;
  readonly store: RunStore;
  readonly evaluator: Evaluator;
  readonly cache: TrialCache;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

/** Trials that may fail before the run gives up, as long as none succeeds. */
const hopelessAfter = 4;

/**
 * The course of one run: batches of proposed architectures until the budget is spent, then the final table. A resumed
 * run goes the same way from the start and takes from the journal what it holds.
 */
export class SearchRun {
  readonly #context: SearchRunContext;
  readonly #runner: BatchRunner;
  readonly #searcher: Searcher;
  /** Search trials consumed so far. */
  readonly #memory = new Memory();
  readonly #records = new Map<number, TrialRecord>();
  #asked = 0;
  #rounds = 0;

  constructor(context: SearchRunContext) {
    this.#context = context;
    const { setup, store, onEvent } = context;
    this.#searcher = new Searcher(setup, (report) => onEvent({ type: 'surrogate', report }));
    this.#runner = new BatchRunner({
      ...context,
      onTrial: (trial, from) => this.#heard(trial, from),
      onTrained: (trained, trial) => exportBest(store.folder, setup, trial, trained),
    });
  }

  /** @throws SEARCH_FAILED when no trial succeeds; an AbortError at the signal; either way the journal stays whole */
  async run(): Promise<SearchResult> {
    const { store, onEvent } = this.#context;
    try {
      store.update({ state: 'running' });
      await this.#search();
      this.#searcher.saveSurrogate(join(store.folder, 'surrogate'));
      const result = await this.#conclude();
      writeReport(store.folder, store.record, result, this.#context.setup);
      store.update({ state: 'finished', result });
      onEvent({ type: 'finished', result });
      return result;
    } catch (error) {
      store.update({ state: error instanceof AbortError ? 'stopped' : 'failed' });
      throw error;
    } finally {
      this.#searcher.dispose();
    }
  }

  async #search(): Promise<void> {
    const { trials, evaluateTop } = this.#context.setup.config.search;
    while (this.#asked < trials && !this.#outOfTime()) {
      const proposals = this.#searcher.ask(Math.min(evaluateTop, trials - this.#asked));
      if (proposals.length === 0) return;
      const batch = proposals.map((proposal, i) => candidateTrial(this.#context.setup, this.#asked + i, proposal));
      this.#asked += batch.length;
      this.#learn(await this.#batch(batch));
    }
  }

  /** Runs trials and returns their records in order. */
  async #batch(batch: readonly BatchTrial[]): Promise<TrialRecord[]> {
    const round = this.#rounds++;
    this.#context.onEvent({ type: 'batch', round, trials: batch.map(({ plan }) => plan) });
    return this.#runner.run(round, batch);
  }

  #learn(records: readonly TrialRecord[]): void {
    const list = objectiveList(this.#context.setup.config.objective);
    const told = records.map(({ number, architecture, metrics }) => ({
      number,
      architecture: architecture!,
      outcome: metrics === null ? null : outcomeOf(metrics, list),
    }));
    this.#searcher.tell(told);
    this.#memory.tell(told);
    if (this.#memory.successes.length > 0 || this.#asked < hopelessAfter) return;
    this.#fail(records);
  }

  #fail(records: readonly TrialRecord[]): never {
    return fail('SEARCH_FAILED', `None of the first ${this.#asked} trials succeeded.`, {
      source: this.#context.store.folder,
      found: records.find(({ reason }) => reason !== null)?.reason ?? 'no trials at all',
    });
  }

  /** True once a budget of time is spent; the first batch, and trials that the journal holds, are always taken in. */
  #outOfTime(): boolean {
    const { store, setup } = this.#context;
    const { maxSeconds = Number.POSITIVE_INFINITY } = setup.config.search;
    return this.#asked > 0 && store.elapsedSeconds > maxSeconds && store.trial(this.#asked)?.role !== 'search';
  }

  /** Trains the best again at full fidelity, measures them and the baseline on the test images, and makes the table. */
  async #conclude(): Promise<SearchResult> {
    const { setup, store } = this.#context;
    const ranked = this.#memory.ranked(setup.config.limits.avm);
    if (ranked.length === 0) this.#fail([...this.#records.values()]);
    const front = frontReport(this.#searchRecords(), setup.config);
    const winners = winnersOf(ranked, front, setup.config.final.top).map(({ number }) => this.#records.get(number)!);
    const batch = winners.map((winner, i) => finalTrial(setup, this.#asked + i, winner.architecture!, i === 0));
    if (setup.baseline !== null) batch.push(baselineTrial(setup, this.#asked + batch.length, setup.baseline));
    const records = await this.#batch(batch);
    return {
      id: store.record.id,
      seed: setup.config.seed,
      rows: records.map((record, i) => finalRow(record, i, winners[i] ?? null)),
      trials: this.#counts('search'),
      front,
      surrogate: this.#searcher.report,
      notes: [...setup.notes, ...this.#searcher.notes, ...this.#remarks(ranked[0]!.outcome.avm)],
    };
  }

  /** What happened that a reader of the table should know. */
  #remarks(bestAvm: number): string[] {
    const { search, limits } = this.#context.setup.config;
    const remarks: string[] = [];
    if (this.#asked < search.trials) {
      const reason = search.maxSeconds === undefined ? 'the limits leave no further architectures' : 'the time was up';
      remarks.push(`${this.#asked} of ${search.trials} trials were run: ${reason}.`);
    }
    if (bestAvm > limits.avm) {
      remarks.push(
        `No trial kept its variation within limits.avm = ${limits.avm}; the best is the one that came nearest, at ${bestAvm.toFixed(3)}.`,
      );
    }
    return remarks;
  }

  #heard(trial: TrialRecord, from: TrialSource): void {
    this.#records.set(trial.number, trial);
    this.#context.onEvent({ type: 'trial', trial, from, counts: this.counts(), best: this.#best() });
  }

  /** The best search trial whose result is in, for the live screen. */
  #best(): TrialRecord | null {
    const { objective, limits } = this.#context.setup.config;
    const list = objectiveList(objective);
    const heard = new Memory();
    for (const { number, role, architecture, metrics } of this.#records.values()) {
      if (role !== 'search' || metrics === null) continue;
      heard.tell([{ number, architecture: architecture!, outcome: outcomeOf(metrics, list) }]);
    }
    const [best] = heard.ranked(limits.avm);
    return best === undefined ? null : this.#records.get(best.number)!;
  }

  /** The search trials in ascending number. */
  #searchRecords(): TrialRecord[] {
    return [...this.#records.values()].filter(({ role }) => role === 'search').sort((a, b) => a.number - b.number);
  }

  /** How far the run has come. */
  counts(): TrialCounts {
    const { search, final } = this.#context.setup.config;
    const planned = search.trials + final.top + (this.#context.setup.baseline === null ? 0 : 1);
    return { ...this.#counts(), planned };
  }

  #counts(role?: TrialRecord['role']): { done: number; failed: number } {
    const records = [...this.#records.values()].filter((record) => role === undefined || record.role === role);
    const failed = records.filter(({ state }) => state === 'failed').length;
    return { done: records.length - failed, failed };
  }
}

/** The trials for the final table; of a front those that stand alone most, from the best in the first objective on. */
function winnersOf(ranked: readonly Success[], front: FrontReport | null, top: number): readonly Success[] {
  if (front === null || front.members.length === 0) return ranked.slice(0, top);
  const place = new Map(front.members.map(({ number }, i) => [number, i]));
  const chosen = ranked.filter(({ number }) => place.has(number)).slice(0, top);
  return chosen.sort((a, b) => place.get(a.number)! - place.get(b.number)!);
}
