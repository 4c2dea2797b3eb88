import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LowSync, type SyncAdapter } from 'lowdb';
import { customAlphabet } from 'nanoid';
import { fail, parseWith } from '../config/index.js';
import { writeFileAtomic } from './atomic-write.js';
import { guardPlace, guardWrite, resultsHint } from './guard-write.js';
import { listRunFolders, openResultsFolder, sweepTemporaries } from './results-folder.js';
import { lockRun } from './run-lock.js';
import { formatRunRecord, type RunRecord, runFormat, runRecordSchema, salvageTrials } from './run-record.js';
import type { TrialRecord } from './trial-record.js';

/** Lower case and digits only: a run id can be typed, and never looks like a flag. */
const newRunId = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', 12);

/** What is known about a run before its first trial. */
export interface RunStart {
  readonly version: string;
  readonly config: Record<string, unknown>;
  readonly environment: Record<string, string>;
  readonly notes: readonly string[];
}

/**
 * The journal of one run: `results/<run-id>/run.json`, held under a lock. Every change replaces the file as a whole
 * before the call returns, so a process killed at any moment leaves a whole file that lacks at most the trials that
 * were still running.
 */
export class RunStore {
  readonly #database: LowSync<RunRecord>;
  readonly #unlock: () => void;
  readonly #opened = performance.now();
  readonly #elapsedBefore: number;

  private constructor(
    /** The folder of the run. */
    readonly folder: string,
    database: LowSync<RunRecord>,
    unlock: () => void,
  ) {
    this.#database = database;
    this.#unlock = unlock;
    this.#elapsedBefore = database.data.elapsedSeconds;
  }

  /**
   * Begins a run under a fresh id.
   *
   * @throws RESULTS_UNWRITABLE
   */
  static create(resultsDir: string, start: RunStart): RunStore {
    openResultsFolder(resultsDir);
    const id = newRunId();
    const folder = join(resultsDir, id);
    const unlock = guardPlace(
      folder,
      () => {
        mkdirSync(folder);
        return lockRun(folder);
      },
      resultsHint,
    );
    const store = new RunStore(folder, new LowSync(new RunFile(folder), firstRecord(id, start)), unlock);
    store.#write();
    return store;
  }

  /**
   * Opens a run to carry on with it.
   *
   * @throws RUN_NOT_FOUND, RUN_DAMAGED, RUN_LOCKED, RESULTS_UNWRITABLE
   */
  static open(resultsDir: string, id: string): RunStore {
    readRun(resultsDir, id);
    const folder = join(resultsDir, id);
    const unlock = guardPlace(folder, () => lockRun(folder), resultsHint);
    try {
      sweepTemporaries(folder);
      return new RunStore(folder, new LowSync(new RunFile(folder), readRun(resultsDir, id)), unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** The run as it stands on the disk. */
  get record(): Readonly<RunRecord> {
    return this.#database.data;
  }

  /** Working time of this stretch of work and all before it. */
  get elapsedSeconds(): number {
    return this.#elapsedBefore + (performance.now() - this.#opened) / 1000;
  }

  /** The journalled trial of a number, if it finished. */
  trial(number: number): TrialRecord | undefined {
    return this.record.trials.find((trial) => trial.number === number);
  }

  /** Journals a finished trial. Trials may arrive in any order; the journal keeps them by number. */
  addTrial(trial: TrialRecord): void {
    this.update({
      trials: [...this.record.trials.filter(({ number }) => number !== trial.number), trial].sort(
        (a, b) => a.number - b.number,
      ),
    });
  }

  /** Replaces members of the record and writes it. */
  update(change: Partial<Pick<RunRecord, 'state' | 'result' | 'notes' | 'trials'>>): void {
    this.#database.data = { ...this.#database.data, ...change };
    this.#write();
  }

  /** Gives the lock back. The store is not used afterwards. */
  close(): void {
    this.#unlock();
  }

  #write(): void {
    const updatedAt = new Date().toISOString();
    this.#database.data = { ...this.#database.data, updatedAt, elapsedSeconds: this.elapsedSeconds };
    this.#database.write();
  }
}

/**
 * Reads a run without taking its lock, as reports do.
 *
 * @throws RUN_NOT_FOUND with the runs there are, RUN_DAMAGED with what can be recovered
 */
export function readRun(resultsDir: string, id: string): RunRecord {
  const folder = join(resultsDir, id);
  const record = /^[\w-]+$/.test(id) ? new RunFile(folder).read() : null;
  return record ?? failNotFound(resultsDir, id);
}

/** The runs of a results folder, newest first; damaged ones are listed with the state `damaged`. */
export function listRuns(resultsDir: string): { id: string; state: RunRecord['state'] | 'damaged'; trials: number }[] {
  return listRunFolders(resultsDir).map((id) => {
    try {
      const { state, trials } = readRun(resultsDir, id);
      return { id, state, trials: trials.length };
    } catch {
      return { id, state: 'damaged', trials: 0 };
    }
  });
}

/** lowdb's door to `run.json`: validated when read, replaced as a whole when written. A run is called as its folder is. */
class RunFile implements SyncAdapter<RunRecord> {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'run.json');
  }

  read(): RunRecord | null {
    const text = this.#text();
    return text === null ? null : { ...parseRun(text, this.#file), id: basename(dirname(this.#file)) };
  }

  write(record: RunRecord): void {
    guardWrite(this.#file, () => writeFileAtomic(this.#file, formatRunRecord(record)), resultsHint);
  }

  #text(): string | null {
    try {
      return readFileSync(this.#file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      return fail('RUN_DAMAGED', 'This run.json cannot be read.', {
        source: this.#file,
        found: code ?? String(error),
        accepted: 'a file that can be read',
      });
    }
  }
}

function parseRun(text: string, file: string): RunRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failDamaged(text, file, (error as Error).message);
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > runFormat) {
    fail('RUN_DAMAGED', 'This run was written by a newer version of the program.', {
      source: file,
      path: 'format',
      found: String(format),
      accepted: `up to ${runFormat}`,
      hint: 'update kirchhoff',
    });
  }
  return parseWith(runRecordSchema, value, file, 'RUN_DAMAGED');
}

function failDamaged(text: string, file: string, found: string): never {
  const whole = salvageTrials(text).length;
  return fail('RUN_DAMAGED', `This run.json is not whole: ${whole} finished trials stand before the damage.`, {
    source: file,
    found,
    accepted: 'the JSON that a run writes',
    hint: 'search again with the same config and seed: finished trials come from the cache and are not computed again',
  });
}

function failNotFound(resultsDir: string, id: string): never {
  const runs = listRunFolders(resultsDir);
  const shown = runs.slice(0, 10).join(', ') + (runs.length > 10 ? `, and ${runs.length - 10} more` : '');
  return fail('RUN_NOT_FOUND', `There is no run "${id}".`, {
    source: resultsDir,
    found: runs.length === 0 ? 'no runs at all' : `${runs.length} runs`,
    accepted: runs.length === 0 ? 'the id that a search prints when it starts' : shown,
  });
}

function firstRecord(id: string, start: RunStart): RunRecord {
  const now = new Date().toISOString();
  return {
    format: runFormat,
    program: { name: 'kirchhoff', version: start.version },
    id,
    state: 'running',
    createdAt: now,
    updatedAt: now,
    elapsedSeconds: 0,
    environment: start.environment,
    config: start.config,
    notes: [...start.notes],
    result: null,
    trials: [],
  };
}
