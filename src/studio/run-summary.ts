import { join } from 'node:path';
import { progressPlot, type ReportTrial, reportTrials } from '../report/index.js';
import { plannedTrials, rankedTrials, searchConfigSchema } from '../search/index.js';
import { isLocked, listRuns, type RunRecord, readRun, resumeHint, type TrialRecord } from '../store/index.js';

/** One line of the list of runs. */
export interface RunLine {
  readonly id: string;
  /** `killed`: its journal says that it runs, but nothing works on it. */
  readonly state: RunRecord['state'] | 'killed' | 'damaged';
  readonly task: string;
  readonly createdAt: string;
  readonly done: number;
  readonly failed: number;
  readonly planned: number;
  /** Mean 1-day accuracy of the search trial that the run ranks first, 0..1; null before the first. */
  readonly best: number | null;
}

/** A run as its live page shows it. */
export interface LiveRun extends RunLine {
  /** When the journal was last written, ISO 8601. */
  readonly updatedAt: string;
  /** Working time, seconds. */
  readonly elapsedSeconds: number;
  /** The command that carries on with it; null where it runs or has its result. */
  readonly resume: string | null;
  readonly seed: number;
  readonly notes: readonly string[];
  /** The search trial that the run ranks first so far, by its objectives within `limits.avm`; null before the first. */
  readonly bestTrial: {
    readonly number: number;
    readonly name: string;
    readonly mean: number;
    readonly std: number;
    /** Programmings; the spread of a single one is 0 and says nothing. */
    readonly repeats: number;
    readonly avm: number;
    /** Whether it lost more accuracy over time than `limits.avm` allows, as all other trials then did, too. */
    readonly beyondVariation: boolean;
    readonly params: number;
    readonly cores: number;
  } | null;
  /** The last trials that finished, newest first, at most ten. */
  readonly latest: readonly {
    readonly number: number;
    readonly role: TrialRecord['role'];
    readonly name: string;
    readonly mean: number | null;
    readonly std: number | null;
    readonly repeats: number | null;
    readonly reason: string | null;
  }[];
  /** The search's progress as an `<svg>`; null before the first measured trial. */
  readonly progress: string | null;
}

const oneDay = 86_400;

/** The runs of a results folder, newest first; a damaged one is listed as such. */
export function runLines(resultsDir: string): RunLine[] {
  return listRuns(resultsDir).map(({ id, state }) => {
    const empty = { id, state, task: '', createdAt: '', done: 0, failed: 0, planned: 0, best: null };
    if (state === 'damaged') return empty;
    return runLine(readLive(resultsDir, id));
  });
}

/** A run's journal, and whether it was killed: its journal says that it runs, but nothing works on it. */
export interface LiveRecord {
  readonly record: RunRecord;
  readonly killed: boolean;
}

/**
 * Reads a run as it stands.
 *
 * @throws RUN_NOT_FOUND, RUN_DAMAGED
 */
export function readLive(resultsDir: string, id: string): LiveRecord {
  // the lock first: a run that ends in between has a journal that says so
  const held = isLocked(join(resultsDir, id));
  const record = readRun(resultsDir, id);
  return { record, killed: record.state === 'running' && !held };
}

/**
 * What the live page of a run shows.
 *
 * @throws RUN_NOT_FOUND, RUN_DAMAGED
 */
export function liveRun(resultsDir: string, id: string): LiveRun {
  const live = readLive(resultsDir, id);
  const { record } = live;
  const line = runLine(live);
  const best = bestTrial(record);
  const trials = reportTrials(record.trials, record.config.limits);
  return {
    ...line,
    updatedAt: record.updatedAt,
    elapsedSeconds: record.elapsedSeconds,
    resume: line.state === 'running' || line.state === 'finished' ? null : resumeHint(id, resultsDir),
    seed: Number(record.config.seed),
    notes: record.notes,
    bestTrial: best === undefined ? null : describeBest(best, trials),
    latest: [...record.trials]
      .sort((a, b) => b.finishedAt.localeCompare(a.finishedAt) || b.number - a.number)
      .slice(0, 10)
      .map((trial) => ({
        number: trial.number,
        role: trial.role,
        name: trial.name,
        mean: atOneDay(trial)?.mean ?? null,
        std: atOneDay(trial)?.std ?? null,
        repeats: atOneDay(trial)?.repeats ?? null,
        reason: trial.reason,
      })),
    progress: best === undefined ? null : progressPlot(trials),
  };
}

function runLine({ record, killed }: LiveRecord): RunLine {
  const best = bestTrial(record);
  const failed = record.trials.filter(({ state }) => state === 'failed').length;
  return {
    id: record.id,
    state: killed ? 'killed' : record.state,
    task: String((record.config.task as { name?: unknown } | undefined)?.name ?? ''),
    createdAt: record.createdAt,
    done: record.trials.length - failed,
    failed,
    planned: record.state === 'finished' ? record.trials.length : plannedTrials(record.config, soFar(record)),
    best: best === undefined ? null : atOneDay(best)!.mean,
  };
}

function soFar({ trials, elapsedSeconds }: RunRecord) {
  const takenOver = trials.filter(({ importedFrom }) => importedFrom !== undefined).length;
  return { trials, takenOver, elapsedSeconds };
}

/** The search trial that the run itself ranks first; of a configuration that is not understood, by 1-day accuracy. */
export function bestTrial({ trials, config }: RunRecord): TrialRecord | undefined {
  const measured = trials.filter((trial) => atOneDay(trial) !== undefined);
  const { success, data } = searchConfigSchema.safeParse(config);
  return rankedTrials(measured, success ? data : plainSearch)[0];
}

const plainSearch = { objective: 'oneDayAccuracy', limits: { avm: 1 } } as const;

function atOneDay({ metrics }: TrialRecord) {
  return metrics?.analog.find(({ seconds }) => seconds === oneDay);
}

function describeBest(trial: TrialRecord, trials: readonly ReportTrial[]): LiveRun['bestTrial'] {
  const { number, name } = trial;
  const { mean, std, repeats } = atOneDay(trial)!;
  const { avm, params, chip } = trial.metrics!;
  const beyondVariation = trials.find((each) => each.number === number)?.beyondVariation ?? false;
  return { number, name, mean, std, repeats, avm, beyondVariation, params, cores: chip.cores };
}
