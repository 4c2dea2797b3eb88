import { progressPlot, reportTrials } from '../report/index.js';
import { plannedTrials } from '../search/index.js';
import { listRuns, type RunRecord, readRun, type TrialRecord } from '../store/index.js';

/** One line of the list of runs. */
export interface RunLine {
  readonly id: string;
  readonly state: RunRecord['state'] | 'damaged';
  readonly task: string;
  readonly createdAt: string;
  readonly done: number;
  readonly failed: number;
  readonly planned: number;
  /** Highest mean 1-day accuracy of a search trial, 0..1; null before the first. */
  readonly best: number | null;
}

/** A run as its live page shows it. */
export interface LiveRun extends RunLine {
  /** When the journal was last written, ISO 8601. */
  readonly updatedAt: string;
  /** Working time, seconds. */
  readonly elapsedSeconds: number;
  readonly seed: number;
  readonly notes: readonly string[];
  /** The best search trial so far, null before the first. */
  readonly bestTrial: {
    readonly number: number;
    readonly name: string;
    readonly mean: number;
    readonly std: number;
    readonly avm: number;
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
    return runLine(readRun(resultsDir, id));
  });
}

/**
 * What the live page of a run shows.
 *
 * @throws RUN_NOT_FOUND, RUN_DAMAGED
 */
export function liveRun(resultsDir: string, id: string): LiveRun {
  const record = readRun(resultsDir, id);
  const best = bestTrial(record);
  const trials = reportTrials(record.trials);
  return {
    ...runLine(record),
    updatedAt: record.updatedAt,
    elapsedSeconds: record.elapsedSeconds,
    seed: Number(record.config.seed),
    notes: record.notes,
    bestTrial: best === undefined ? null : describeBest(best),
    latest: [...record.trials]
      .sort((a, b) => b.finishedAt.localeCompare(a.finishedAt) || b.number - a.number)
      .slice(0, 10)
      .map((trial) => ({
        number: trial.number,
        role: trial.role,
        name: trial.name,
        mean: atOneDay(trial)?.mean ?? null,
        std: atOneDay(trial)?.std ?? null,
        reason: trial.reason,
      })),
    progress: best === undefined ? null : progressPlot(trials),
  };
}

function runLine(record: RunRecord): RunLine {
  const best = bestTrial(record);
  const failed = record.trials.filter(({ state }) => state === 'failed').length;
  return {
    id: record.id,
    state: record.state,
    task: String((record.config.task as { name?: unknown } | undefined)?.name ?? ''),
    createdAt: record.createdAt,
    done: record.trials.length - failed,
    failed,
    planned: record.state === 'finished' ? record.trials.length : plannedTrials(record.config, record),
    best: best === undefined ? null : atOneDay(best)!.mean,
  };
}

function bestTrial({ trials }: RunRecord): TrialRecord | undefined {
  const measured = trials.filter((trial) => trial.role === 'search' && atOneDay(trial) !== undefined);
  return measured.reduce<TrialRecord | undefined>(
    (best, trial) => (best === undefined || atOneDay(trial)!.mean > atOneDay(best)!.mean ? trial : best),
    undefined,
  );
}

function atOneDay({ metrics }: TrialRecord) {
  return metrics?.analog.find(({ seconds }) => seconds === oneDay);
}

function describeBest(trial: TrialRecord): LiveRun['bestTrial'] {
  const { mean, std } = atOneDay(trial)!;
  const { avm, params, chip } = trial.metrics!;
  return { number: trial.number, name: trial.name, mean, std, avm, params, cores: chip.cores };
}
