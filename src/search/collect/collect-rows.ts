import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, makeFolder, readDocument } from '../../config/index.js';
import { LocalPool, programVersion, requireWorkers, type TrialOutcome } from '../../evaluate/index.js';
import type { CsvRow } from '../../report/index.js';
import type { Architecture } from '../../space/index.js';
import { lockRun, openResultsFolder, type TrialMetrics, writeFileAtomic } from '../../store/index.js';
import { createRng } from '../../tensor/index.js';
import { type SearchConfig, workerCount } from '../config.js';
import { atOneDay } from '../objective.js';
import { prepareRun, type RunSetup } from '../setup.js';
import { candidateTrial } from '../trials.js';
import { RowJournal } from './row-journal.js';

/** What to collect, and how it is watched and stopped. */
export interface CollectOptions {
  /** Folder that `rows.csv`, `repeats.csv` and `collection.json` are written to. */
  readonly to: string;
  /** Architectures to evaluate: a Latin hypercube of so many points over the space. */
  readonly architectures: number;
  /** How many of them, the first ones, are evaluated once more from another seed; 0 if absent. */
  readonly repeats?: number | undefined;
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: CollectEvent) => void) | undefined;
}

/** What happens during a collection. */
export type CollectEvent =
  | {
      readonly type: 'started';
      readonly done: number;
      readonly planned: number;
      readonly backend: string;
      readonly workers: number;
      readonly notes: readonly string[];
    }
  | {
      readonly type: 'row';
      readonly done: number;
      readonly planned: number;
      readonly name: string;
      readonly outcome: TrialOutcome;
    };

/** How a collection ended. */
export interface CollectResult {
  readonly folder: string;
  readonly rows: number;
  readonly repeats: number;
  /** Rows without figures in the folder, earlier calls' included, because their training failed. */
  readonly failed: number;
  readonly notes: readonly string[];
}

/** Columns of the files; `reason` says why a row has no figures. */
const columns = [
  'number',
  'architecture',
  'seed',
  'oneDayAccuracy',
  'std',
  'avm',
  'digitalAccuracy',
  'firstAccuracy',
  'lastAccuracy',
  'params',
  'macs',
  'cores',
  'seconds',
  'reason',
] as const;

interface Job {
  readonly number: number;
  readonly seed: number;
  readonly architecture: Architecture;
  readonly journal: RowJournal;
}

/**
 * Gathers what a surrogate learns from: architectures of a Latin hypercube over the space within the limits, each
 * trained, programmed and drifted at the fidelity of the configuration, measured on the validation images. Every row is
 * written as soon as it is known; the same call carries on where an earlier one stopped.
 *
 * Evaluating some architectures once more from another seed (`repeats`) tells how well two measurements of the same
 * architectures agree, which no surrogate can surpass.
 *
 * @throws the refusals of {@link prepareRun}; USAGE; RESULTS_UNWRITABLE; CONFIG_INVALID when the folder holds rows of
 *   another configuration; RUN_LOCKED while another process collects there; an AbortError at the signal
 */
export async function collectRows(config: SearchConfig, options: CollectOptions): Promise<CollectResult> {
  const { to } = options;
  const workers = options.workers ?? workerCount(config);
  requireWorkers(workers);
  const setup = await prepareRun(config);
  openResultsFolder(to);
  const unlock = lockRun(to);
  try {
    return await collectInto(to, setup, { ...options, workers });
  } finally {
    unlock();
  }
}

/** The work itself, in a folder that no other process collects into. */
async function collectInto(
  to: string,
  setup: RunSetup,
  options: CollectOptions & { readonly workers: number },
): Promise<CollectResult> {
  const { signal = new AbortController().signal, onEvent = () => {}, repeats = 0, workers } = options;
  const { config } = setup;
  claimFolder(to, setup, options.architectures);
  const rows = new RowJournal(join(to, 'rows.csv'), columns);
  const repeated = new RowJournal(join(to, 'repeats.csv'), columns);
  const architectures = design(setup, options.architectures);
  const jobs = [
    ...architectures.map((architecture, number) => ({ number, seed: config.seed, architecture, journal: rows })),
    ...architectures
      .slice(0, repeats)
      .map((architecture, number) => ({ number, seed: config.seed + 1, architecture, journal: repeated })),
  ];
  const open = jobs.filter(({ journal, number }) => !journal.has(number));
  let done = jobs.length - open.length;
  const { backendLine: backend, notes } = setup;
  onEvent({ type: 'started', done, planned: jobs.length, backend, workers, notes });
  await evaluateAll(setup, open, workers, signal, (job, outcome) => {
    job.journal.add(job.number, rowOf(job, outcome));
    onEvent({ type: 'row', done: ++done, planned: jobs.length, name: setup.space.hash(job.architecture), outcome });
  });
  rows.finish();
  repeated.finish();
  // the last column says why a row has no figures
  const failed = rows.filled + repeated.filled;
  return { folder: to, rows: rows.size, repeats: repeated.size, failed, notes };
}

/** Distinct architectures: the Latin hypercube, filled up by uniform draws where points of it coincide. */
function design({ space, config }: RunSetup, count: number): Architecture[] {
  const rng = createRng(config.seed, 'collect');
  const distinct = new Map<string, Architecture>();
  const add = (architecture: Architecture) => distinct.set(space.hash(architecture), architecture);
  for (const architecture of space.sampleLatinHypercube(count, rng.child('latin-hypercube')).architectures) {
    add(architecture);
  }
  const uniform = rng.child('uniform');
  for (let draws = 0; distinct.size < count && draws < 1000 * count; draws++) add(space.sample(uniform));
  return [...distinct.values()].slice(0, count);
}

/** As many evaluations at a time as there are workers; the first error stops them all. */
async function evaluateAll(
  setup: RunSetup,
  jobs: readonly Job[],
  workers: number,
  signal: AbortSignal,
  onOutcome: (job: Job, outcome: TrialOutcome) => void,
): Promise<void> {
  const pool = new LocalPool({ workers });
  const giveUp = new AbortController();
  const stop = AbortSignal.any([signal, giveUp.signal]);
  const waiting = jobs.values();
  const work = async (): Promise<void> => {
    for (const job of waiting) {
      const { spec } = candidateTrial(setup, job.number, { architecture: job.architecture, predicted: null });
      onOutcome(job, await pool.evaluate({ ...spec, seed: job.seed }, stop));
    }
  };
  try {
    await Promise.all(
      Array.from({ length: workers }, () =>
        work().catch((error: unknown) => {
          giveUp.abort();
          throw error;
        }),
      ),
    );
  } finally {
    await pool.close();
  }
}

function rowOf({ number, seed, architecture }: Job, outcome: TrialOutcome): CsvRow {
  const known = { number, architecture: JSON.stringify(architecture.params), seed };
  if (outcome.state === 'failed') return fullRow({ ...known, reason: outcome.reason.replaceAll(/\s+/g, ' ') });
  return fullRow({ ...known, ...figures(outcome.metrics) });
}

function figures(metrics: TrialMetrics): CsvRow {
  const { mean, std } = atOneDay(metrics);
  return {
    oneDayAccuracy: mean,
    std,
    avm: metrics.avm,
    digitalAccuracy: metrics.digitalAccuracy,
    firstAccuracy: metrics.analog[0]!.mean,
    lastAccuracy: metrics.analog.at(-1)!.mean,
    params: metrics.params,
    macs: metrics.macs,
    cores: metrics.chip.cores,
    seconds: Math.round(metrics.seconds * 10) / 10,
  };
}

/** Every column, in its place. */
function fullRow(row: CsvRow): CsvRow {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}

/** Writes down what the rows belong to, or makes sure that the rows already there belong to the same. */
function claimFolder(folder: string, setup: RunSetup, architectures: number): void {
  const file = join(folder, 'collection.json');
  const { config, fingerprint, notes } = setup;
  const { data: _place, ...task } = config.task;
  const { space, chip, crossbar, seed, limits, training, evaluation } = config;
  const what = { space, chip, crossbar, seed, limits, training, evaluation, task, architectures, setup: fingerprint };
  if (!existsSync(file)) {
    makeFolder(folder);
    writeFileAtomic(file, `${JSON.stringify({ format: 1, version: programVersion(), ...what, notes }, null, 2)}\n`);
    return;
  }
  const begun = readDocument(file) as Record<string, unknown>;
  const different = Object.entries(what).find(([key, value]) => JSON.stringify(begun[key]) !== JSON.stringify(value));
  if (different === undefined) return;
  fail('CONFIG_INVALID', 'The folder holds rows of another collection.', {
    source: file,
    path: different[0],
    found: JSON.stringify(different[1]).slice(0, 200),
    accepted: (JSON.stringify(begun[different[0]]) ?? 'nothing').slice(0, 200),
    hint: 'name another folder with --to, or the configuration that this one was begun with',
  });
}
