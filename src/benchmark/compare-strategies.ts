import {
  atOneDay,
  comparableTrials,
  type RunEvent,
  runSearch,
  type SearchConfig,
  type StrategyName,
} from '../search/index.js';
import { readRun, type TrialRecord } from '../store/index.js';
import { meanAndStd } from '../training/index.js';

/** What one search found. */
export interface StrategyRun {
  readonly strategy: StrategyName;
  readonly seed: number;
  /** Name of the run and of its folder. */
  readonly id: string;
  /** Highest mean 1-day accuracy among the search's trials that count, see {@link bestSoFar}. */
  readonly best: number;
  /** Its spread over programmings. */
  readonly bestStd: number;
  /** 1-day accuracy of the winner of the run after full training, on the test images. */
  readonly test: number | null;
  /** Best so far after each trial. */
  readonly progress: readonly number[];
}

/** One strategy over all seeds. */
export interface StrategySummary {
  readonly strategy: StrategyName;
  /** Mean of the best 1-day accuracies over the seeds, and their standard deviation (n-1; null for a single seed). */
  readonly mean: number;
  readonly std: number | null;
  readonly seeds: number;
}

/** The comparison: every run, and each strategy in a line. */
export interface StrategyComparison {
  readonly trials: number;
  readonly runs: readonly StrategyRun[];
  readonly summary: readonly StrategySummary[];
}

/** How a comparison is watched and stopped. */
export interface ComparisonOptions {
  /** Each once. */
  readonly strategies: readonly StrategyName[];
  /** Each once. */
  readonly seeds: readonly number[];
  readonly resultsDir: string;
  readonly signal?: AbortSignal;
  readonly onRun?: (strategy: StrategyName, seed: number) => void;
  readonly onEvent?: (event: RunEvent) => void;
}

/**
 * Runs the same search with several strategies over several seeds: same space, limits, training and number of trials.
 * Trials that two searches share are taken from the cache of the results folder.
 *
 * @throws what {@link runSearch} throws
 */
export async function compareStrategies(
  config: SearchConfig,
  { strategies, seeds, resultsDir, signal, onRun = () => {}, onEvent }: ComparisonOptions,
): Promise<StrategyComparison> {
  const runs: StrategyRun[] = [];
  for (const seed of seeds) {
    for (const strategy of strategies) {
      onRun(strategy, seed);
      const search = { ...config.search, strategy };
      const { id, rows } = await runSearch(
        { ...config, seed, search },
        { resultsDir, signal, ...(onEvent && { onEvent }) },
      );
      const winner = rows.find(({ role }) => role === 'found');
      runs.push({
        strategy,
        seed,
        id,
        test: winner?.measured ? atOneDay(winner.measured).mean : null,
        ...bestSoFar(readRun(resultsDir, id).trials, config.limits.avm),
      });
    }
  }
  return { trials: config.search.trials, runs, summary: strategies.map((strategy) => summarise(strategy, runs)) };
}

/**
 * The highest 1-day accuracy, on the validation images, of a run's search trials that count: at the highest fidelity that
 * the run reached, the only one its table chooses from, and within the limit on the variation. It is 0 while there is none.
 */
export function bestSoFar(
  trials: readonly TrialRecord[],
  avmLimit: number,
): Pick<StrategyRun, 'best' | 'bestStd' | 'progress'> {
  const compared = new Set(comparableTrials(trials));
  let best = { mean: 0, std: 0 };
  const progress: number[] = [];
  for (const trial of trials) {
    if (trial.role !== 'search') continue;
    const { metrics } = trial;
    if (compared.has(trial) && metrics!.avm <= avmLimit && atOneDay(metrics!).mean > best.mean)
      best = atOneDay(metrics!);
    progress.push(best.mean);
  }
  return { best: best.mean, bestStd: best.std, progress };
}

function summarise(strategy: StrategyName, runs: readonly StrategyRun[]): StrategySummary {
  const own = runs.filter((run) => run.strategy === strategy);
  const { mean, std } = meanAndStd(own.map(({ best }) => best));
  return { strategy, mean, std: own.length > 1 ? std : null, seeds: own.length };
}
