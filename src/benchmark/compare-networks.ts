import { fail } from '../config/index.js';
import { LocalPool, trialInputs } from '../evaluate/index.js';
import { atOneDay, prepareRun, type RunSetup, type SearchConfig, tableTrial, workerCount } from '../search/index.js';
import type { Architecture } from '../space/index.js';
import { TrialCache, type TrialMetrics } from '../store/index.js';
import { meanAndStd } from '../training/index.js';

/** One training of one network, measured on the test images. */
export interface NetworkMeasurement {
  /** Hash of the architecture, or name of the baseline. */
  readonly name: string;
  readonly seed: number;
  readonly metrics: TrialMetrics;
}

/** Mean over trainings with different seeds, 0..1. */
export interface SeedMean {
  readonly mean: number;
  /** Standard deviation over the seeds (n-1; 0 for a single seed). */
  readonly std: number;
  /** Standard error of the mean, std / sqrt(seeds); null for a single seed. */
  readonly standardError: number | null;
}

/** One network over all seeds. */
export interface NetworkSummary {
  readonly name: string;
  readonly seeds: number;
  readonly params: number;
  readonly macs: number;
  readonly cores: number;
  readonly digital: SeedMean;
  /** Accuracy at each time after programming; the programmings of one training count as one measurement. */
  readonly analog: readonly (SeedMean & { readonly seconds: number })[];
  readonly oneDay: SeedMean;
  /** Against the last network; null for the last itself. */
  readonly difference: NetworkDifference | null;
}

/**
 * How far two networks lie apart in 1-day accuracy: mean and error of their differences seed by seed. They are pairs, since
 * a seed also decides which images are trained and tested on, for all networks alike.
 */
export type NetworkDifference = Pick<SeedMean, 'mean' | 'standardError'>;

/** The comparison: every training, and each network in a line. */
export interface NetworkComparison {
  readonly seeds: readonly number[];
  readonly measurements: readonly NetworkMeasurement[];
  /** In the order in which the networks were given. */
  readonly summary: readonly NetworkSummary[];
  readonly notes: readonly string[];
}

/** How a comparison is watched and stopped. */
export interface NetworkComparisonOptions {
  /** Architectures and names of baselines; the last is what the others are compared with. */
  readonly networks: readonly (Architecture | string)[];
  /** Seeds of the trainings, each once. */
  readonly seeds: readonly number[];
  /** Folder whose cache keeps every finished training: a comparison that was stopped carries on from there. */
  readonly resultsDir: string;
  readonly signal?: AbortSignal;
  readonly onStart?: (backend: string, workers: number, trainings: number) => void;
  /** Hears every training as it ends. */
  readonly onMeasured?: (measurement: NetworkMeasurement, cached: boolean) => void;
}

interface Training {
  readonly seed: number;
  readonly trial: ReturnType<typeof tableTrial>;
}

/**
 * Trains networks several times with the same recipe, as the final table of a search does but once per seed, and
 * compares their mean accuracies on the test images. What one training ends with is partly chance: a difference is only
 * worth what it is in standard errors.
 *
 * @throws the refusals of `prepareRun` and `tableTrial`; TRIAL_FAILED; an AbortError when the signal is aborted
 * @example
 * const { summary } = await compareNetworks(config, { networks: [found, 'resnet8'], seeds: [1, 2, 3], resultsDir: 'results' });
 */
export async function compareNetworks(
  config: SearchConfig,
  { networks, seeds, resultsDir, signal, onStart = () => {}, onMeasured = () => {} }: NetworkComparisonOptions,
): Promise<NetworkComparison> {
  const trainings: Training[] = [];
  let setup: RunSetup | undefined;
  for (const seed of seeds) {
    const ofSeed = await prepareRun({ ...config, seed });
    for (const network of networks) trainings.push({ seed, trial: tableTrial(ofSeed, trainings.length, network) });
    setup = ofSeed;
  }
  const cache = TrialCache.open(resultsDir);
  const workers = Math.min(workerCount(config), trainings.length);
  onStart(setup!.backendLine, workers, trainings.length);
  const giveUp = new AbortController();
  const stop = signal === undefined ? giveUp.signal : AbortSignal.any([signal, giveUp.signal]);
  const pool = new LocalPool({ workers, cores: workerCount(config) });
  try {
    const measurements = await Promise.all(
      trainings.map(async (training) => {
        const { measurement, cached } = await measure(training, pool, cache, stop);
        onMeasured(measurement, cached);
        return measurement;
      }),
    );
    const notes = [...new Set(measurements.flatMap(({ metrics }) => metrics.notes))];
    return { seeds, measurements, summary: summarise(measurements, networks.length), notes };
  } catch (error) {
    giveUp.abort(error);
    throw error;
  } finally {
    await pool.close();
  }
}

async function measure(
  { seed, trial }: Training,
  pool: LocalPool,
  cache: TrialCache,
  signal: AbortSignal,
): Promise<{ measurement: NetworkMeasurement; cached: boolean }> {
  const { name } = trial.plan;
  const inputs = trialInputs(trial.spec);
  const known = cache.get(inputs);
  if (known !== undefined) return { measurement: { name, seed, metrics: known }, cached: true };
  const outcome = await pool.evaluate(trial.spec, signal);
  if (outcome.state === 'failed') {
    return fail('TRIAL_FAILED', `The training of ${name} with seed ${seed} failed.`, { found: outcome.reason });
  }
  cache.put(inputs, outcome.metrics);
  return { measurement: { name, seed, metrics: outcome.metrics }, cached: false };
}

/** @param measurements seed by seed, the networks in the same order within each */
function summarise(measurements: readonly NetworkMeasurement[], networks: number): NetworkSummary[] {
  const trainings = Array.from({ length: networks }, (_, i) => measurements.filter((_, k) => k % networks === i));
  const last = trainings.at(-1)!;
  return trainings.map((own) => ({ ...summaryOf(own), difference: own === last ? null : differenceOf(own, last) }));
}

function summaryOf(own: readonly NetworkMeasurement[]): Omit<NetworkSummary, 'difference'> {
  const { name, metrics } = own[0]!;
  const mean = (value: (metrics: TrialMetrics) => number): SeedMean => overSeeds(own.map((one) => value(one.metrics)));
  return {
    name,
    seeds: own.length,
    params: metrics.params,
    macs: metrics.macs,
    cores: metrics.chip.cores,
    digital: mean(({ digitalAccuracy }) => digitalAccuracy),
    analog: metrics.analog.map(({ seconds }, t) => ({ seconds, ...mean(({ analog }) => analog[t]!.mean) })),
    oneDay: mean((each) => atOneDay(each).mean),
  };
}

function overSeeds(values: readonly number[]): SeedMean {
  const { mean, std } = meanAndStd(values);
  return { mean, std, standardError: values.length > 1 ? std / Math.sqrt(values.length) : null };
}

function differenceOf(own: readonly NetworkMeasurement[], last: readonly NetworkMeasurement[]): NetworkDifference {
  const oneDay = ({ metrics }: NetworkMeasurement): number => atOneDay(metrics).mean;
  const { mean, standardError } = overSeeds(own.map((one, i) => oneDay(one) - oneDay(last[i]!)));
  return { mean, standardError };
}
