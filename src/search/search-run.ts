import { join } from 'node:path';
import { fail } from '../config/index.js';
import type { Evaluator } from '../evaluate/index.js';
import type { RunStore, TrialCache, TrialRecord } from '../store/index.js';
import { BatchRunner, type BatchTrial, type TrialSource } from './batch-runner.js';
import type { RunEvent, TrialCounts } from './events.js';
import { exportBest } from './export-best.js';
import { type FrontReport, frontReport } from './front.js';
import { Asha } from './halving/asha.js';
import { describeRungs, fidelityOf } from './halving/rungs.js';
import { importanceIn } from './importance/run-importance.js';
import { journalEnd } from './journal-end.js';
import { objectiveList } from './objective.js';
import { plannedTrials } from './planned-trials.js';
import { rankedTrials, toldOf } from './ranking.js';
import { finalRow, type SearchResult } from './result.js';
import { type Proposal, Searcher } from './searcher.js';
import type { RunSetup } from './setup.js';
import { reasonToStop } from './stopping.js';
import { Memory, type Success } from './strategies/memory.js';
import {
  checkSample,
  checkSupernet,
  type SupernetCheck,
  supernetNote,
  supernetOf,
  type TrainedSupernet,
} from './supernet.js';
import { baselineTrial, candidateTrial, checkTrial, finalTrial, shortlistTrial } from './trials.js';
import type { WarmStart } from './warm-start/warm-start.js';
import { writeReport } from './write-report.js';

/** What a {@link SearchRun} works with. */
export interface SearchRunContext {
  readonly setup: RunSetup;
  readonly warmStart: WarmStart;
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
  /** Decides on promotions, where the search has rungs. */
  readonly #halving: Asha | undefined;
  /** Number of the next trial: those that were taken over come first. */
  #next: number;
  #rounds = 0;
  #supernet: TrainedSupernet | null = null;
  #supernetCheck: SupernetCheck | null = null;
  /** Trials between those of the search and those of the final table. */
  #extra = 0;
  /** Why the search ended before its budget of trials was spent. */
  #endedBecause: string | null = null;

  constructor(context: SearchRunContext) {
    this.#context = context;
    const { setup, warmStart, store, onEvent } = context;
    this.#next = warmStart.trials.length;
    const { search, limits } = setup.config;
    if (search.halving !== undefined) this.#halving = new Asha(search.halving, limits.avm);
    const first = [...setup.enqueued, ...warmStart.again];
    const measured = warmStart.trials.map(({ architecture }) => architecture!);
    this.#searcher = new Searcher(setup, { first, measured }, (report) => onEvent({ type: 'surrogate', report }));
    this.#runner = new BatchRunner({
      ...context,
      onTrial: (trial, from) => this.#heard(trial, from),
      onTrained: (trained, trial) => exportBest(store.folder, setup, trial, trained),
    });
  }

  /**
   * @throws SEARCH_FAILED when no trial succeeds; an AbortError at the signal; what `onEvent` throws; the journal stays
   *   whole in any case
   */
  async run(): Promise<SearchResult> {
    const { store, onEvent } = this.#context;
    try {
      store.update({ state: 'running' });
      await this.#trainSupernet();
      await this.#search();
      await this.#checkSupernet();
      this.#searcher.saveSurrogate(join(store.folder, 'surrogate'));
      const result = await this.#conclude();
      writeReport(store.folder, store.record, result, this.#context.setup);
      store.update({ state: 'finished', result });
      onEvent({ type: 'finished', result });
      return result;
    } catch (error) {
      journalEnd(store, error);
      throw error;
    } finally {
      this.#searcher.dispose();
    }
  }

  async #search(): Promise<void> {
    const { trials, evaluateTop } = this.#context.setup.config.search;
    this.#takeOver();
    while (this.#asked < trials) {
      this.#endedBecause = this.#reasonToStop();
      if (this.#endedBecause !== null) return;
      const proposals = this.#propose(Math.min(evaluateTop, trials - this.#asked));
      if (proposals.length === 0) {
        this.#endedBecause = 'the limits leave no further architectures';
        return;
      }
      const batch = proposals.map((proposal, i) => this.#candidate(this.#next + i, proposal));
      this.#next += batch.length;
      this.#learn(await this.#batch(batch));
    }
  }

  #candidate(number: number, proposal: Proposal): BatchTrial {
    return candidateTrial(this.#context.setup, number, proposal, this.#supernet);
  }

  async #trainSupernet(): Promise<void> {
    const { setup, store, signal, onEvent } = this.#context;
    if (setup.config.evaluation.mode !== 'supernet') return;
    const hear = (done: number) => onEvent({ type: 'supernet', done });
    this.#supernet = await supernetOf(setup, store.folder, signal, hear);
  }

  /** Trains some of the candidates in full, to see how well the supernet ranks them. */
  async #checkSupernet(): Promise<void> {
    const { setup } = this.#context;
    const { check } = setup.config.evaluation.supernet;
    if (this.#supernet === null || check === 0) return;
    const sample = checkSample(this.#searchRecords(), check);
    const batch = sample.map(({ architecture }, i) => checkTrial(setup, this.#next + i, architecture!));
    this.#extra = batch.length;
    this.#supernetCheck = checkSupernet(sample, await this.#batch(batch));
  }

  /** Promotions first; the strategy fills the rest of the batch with architectures on the lowest rung. */
  #propose(n: number): Proposal[] {
    if (this.#halving === undefined) return this.#searcher.ask(n);
    const promoted = this.#halving.promotions(n).map(({ architecture, rung }): Proposal => {
      return { architecture, predicted: null, rung: rung! + 1 };
    });
    const fresh = promoted.length < n ? this.#searcher.ask(n - promoted.length) : [];
    return [...promoted, ...fresh.map((proposal) => ({ ...proposal, rung: 0 }))];
  }

  /** Takes in the results of earlier runs as the first trials, and journals them as such. */
  #takeOver(): void {
    const { warmStart, store } = this.#context;
    const known = new Set(store.record.trials.map(({ number }) => number));
    const missing = warmStart.trials.filter(({ number }) => !known.has(number));
    if (missing.length > 0) store.update({ trials: [...missing, ...store.record.trials] });
    for (const trial of warmStart.trials) this.#heard(trial, known.has(trial.number) ? 'journal' : 'cache');
    this.#tell(warmStart.trials);
  }

  /** Search trials of this run's own. */
  get #asked(): number {
    return this.#next - this.#context.warmStart.trials.length;
  }

  /** The first batch is always begun. */
  #reasonToStop(): string | null {
    if (this.#asked === 0) return null;
    if (this.#outOfTime()) return 'the time was up';
    return reasonToStop(this.#context.setup.config, this.#memory, (number) => this.#records.get(number)!);
  }

  /** Runs trials and returns their records in order. */
  async #batch(batch: readonly BatchTrial[]): Promise<TrialRecord[]> {
    const round = this.#rounds++;
    this.#context.onEvent({ type: 'batch', round, trials: batch.map(({ plan }) => plan) });
    return this.#runner.run(round, batch);
  }

  #tell(records: readonly TrialRecord[]): void {
    const list = objectiveList(this.#context.setup.config.objective);
    const told = records.map((record) => toldOf(record, list, this.#records.values()));
    this.#searcher.tell(told);
    this.#halving?.tell(told);
    this.#memory.tell(told);
  }

  #learn(records: readonly TrialRecord[]): void {
    this.#tell(records);
    if (this.#memory.successes.length > 0 || this.#asked < hopelessAfter) return;
    this.#fail(records);
  }

  #fail(records: readonly TrialRecord[]): never {
    return fail('SEARCH_FAILED', `None of the first ${this.#asked} trials succeeded.`, {
      source: this.#context.store.folder,
      found: records.find(({ reason }) => reason !== null)?.reason ?? 'no trials at all',
    });
  }

  /**
   * True once a budget of time is spent; batches of which the journal holds a trial are finished all the same. Of a batch
   * that was cut short any trial may be the one that had finished.
   */
  #outOfTime(): boolean {
    const { store, setup } = this.#context;
    const { maxSeconds = Number.POSITIVE_INFINITY } = setup.config.search;
    const begun = ({ role, number }: TrialRecord) => role === 'search' && number >= this.#next;
    return store.elapsedSeconds > maxSeconds && !store.record.trials.some(begun);
  }

  /**
   * The trials whose architectures make the final table, the best first. A search's fidelity is low and its best trial lucky:
   * where there is a shortlist, its members are trained as for the table and compared once more, still on the validation
   * images, so that the test images choose nothing.
   */
  async #winners(ranked: readonly Success[], front: FrontReport | null): Promise<TrialRecord[]> {
    const { setup } = this.#context;
    const { top, shortlist } = setup.config.final;
    const best = winnersOf(ranked, front, shortlist ?? top).map(({ number }) => this.#records.get(number)!);
    if (shortlist === undefined) return best;
    const batch = best.map(({ architecture }, i) => shortlistTrial(setup, this.#next + this.#extra + i, architecture!));
    this.#extra += batch.length;
    const list = objectiveList(setup.config.objective);
    const measured = new Memory();
    measured.tell((await this.#batch(batch)).map((record) => toldOf(record, list, [])));
    const chosen = measured.ranked(setup.config.limits.avm).slice(0, top);
    // none could be trained in full: the table then says why
    if (chosen.length === 0) return best.slice(0, top);
    if (front !== null) chosen.sort((a, b) => b.outcome.objectives![0]! - a.outcome.objectives![0]!);
    return chosen.map(({ number }) => this.#records.get(number)!);
  }

  /** Trains the best again at full fidelity, measures them and the baseline on the test images, and makes the table. */
  async #conclude(): Promise<SearchResult> {
    const { setup, warmStart, store } = this.#context;
    const ranked = this.#memory.ranked(setup.config.limits.avm);
    if (ranked.length === 0) this.#fail([...this.#records.values()]);
    const front = frontReport(this.#searchRecords(), setup.config);
    const winners = await this.#winners(ranked, front);
    const next = this.#next + this.#extra;
    const batch = winners.map((winner, i) => finalTrial(setup, next + i, winner.architecture!, i === 0));
    if (setup.baseline !== null) batch.push(baselineTrial(setup, next + batch.length, setup.baseline));
    const records = await this.#batch(batch);
    return {
      id: store.record.id,
      seed: setup.config.seed,
      rows: records.map((record, i) => finalRow(record, i, winners[i] ?? null)),
      trials: this.#counts('search'),
      front,
      surrogate: this.#searcher.report,
      importance: importanceIn(this.#searchRecords(), setup.config, setup.space),
      supernet: this.#supernetCheck,
      notes: [...setup.notes, ...warmStart.notes, ...this.#searcher.notes, ...this.#remarks(ranked[0]!)],
    };
  }

  /** What happened that a reader of the table should know. */
  #remarks({ outcome, rung }: Success): string[] {
    const { config, rungTasks } = this.#context.setup;
    const { search, limits } = config;
    const remarks = this.#supernetCheck === null ? [] : [supernetNote(this.#supernetCheck)];
    if (this.#endedBecause !== null) {
      remarks.push(`${this.#asked} of ${search.trials} trials were run: ${this.#endedBecause}.`);
    }
    if (search.halving !== undefined) remarks.push(describeRungs(config, this.#searchRecords(), rungTasks));
    if (outcome.avm > limits.avm) {
      // a lower fidelity may hold trials that did, which are not compared with these
      const trial = search.halving === undefined ? 'No trial' : `No trial at ${fidelityOf(search.halving, rung)}`;
      remarks.push(
        `${trial} kept its variation within limits.avm = ${limits.avm}; the best is the one that came nearest, at ${outcome.avm.toFixed(3)}.`,
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
    return rankedTrials([...this.#records.values()], this.#context.setup.config)[0] ?? null;
  }

  /** The search trials in ascending number. */
  #searchRecords(): TrialRecord[] {
    return [...this.#records.values()].filter(({ role }) => role === 'search').sort((a, b) => a.number - b.number);
  }

  /** How far the run has come. */
  counts(): TrialCounts {
    const { setup, warmStart, store } = this.#context;
    const { trials, elapsedSeconds } = store.record;
    const planned = plannedTrials(setup.config, { trials, takenOver: warmStart.trials.length, elapsedSeconds });
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
