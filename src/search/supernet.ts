import { join } from 'node:path';
import { loadTask } from '../data/index.js';
import { type Inheritance, subnetOf, trainSupernet } from '../evaluate/index.js';
import type { Architecture } from '../space/index.js';
import type { TrialRecord } from '../store/index.js';
import { kendallTau } from '../surrogate/index.js';
import { createRng } from '../tensor/index.js';
import { atOneDay } from './objective.js';
import type { RunSetup } from './setup.js';

/** Name of the supernet's file inside a run's folder. */
const supernetFile = 'supernet.bin';

/** A supernet that candidates inherit from. */
export interface TrainedSupernet {
  readonly file: string;
  readonly sha256: string;
}

/** How well a supernet ranks: the same architectures measured with inherited weights and trained in full. */
export interface SupernetCheck {
  /** Architectures compared. */
  readonly architectures: number;
  /** Kendall's tau-b of the 1-day accuracies, -1..1; null where it cannot be told. */
  readonly kendallTau: number | null;
  /** Standard error that tau has by chance alone where the two are unrelated. */
  readonly chanceError: number;
  /** Mean 1-day accuracies, 0..1. */
  readonly inherited: number;
  readonly full: number;
}

/**
 * Trains the supernet of a run, or takes the one that its folder has. It is trained here, not in a worker, so the number
 * of workers changes nothing.
 *
 * @throws AbortError, TRAINING_DIVERGED, RUN_DAMAGED
 */
export async function supernetOf(
  setup: RunSetup,
  folder: string,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<TrainedSupernet> {
  const { config, space, crossbar, task, enqueued } = setup;
  const file = join(folder, supernetFile);
  const sha256 = await trainSupernet({
    space,
    including: enqueued,
    data: await loadTask(task),
    fingerprint: task.fingerprint,
    crossbar,
    options: config.evaluation.supernet,
    ...config.training,
    rng: createRng(config.seed, 'supernet'),
    file,
    signal,
    onProgress,
  });
  return { file, sha256 };
}

/** What a candidate's trial must know of the supernet. */
export function inheritanceOf(
  { space, config }: RunSetup,
  supernet: TrainedSupernet,
  architecture: Architecture,
): Inheritance {
  const { calibrationImages } = config.evaluation.supernet;
  return { ...supernet, positions: subnetOf(space, architecture).positions, calibrationImages };
}

/** The trials to measure in full: spread evenly over the ranks of those that succeeded, the best among them. */
export function checkSample(trials: readonly TrialRecord[], count: number): TrialRecord[] {
  const ranked = trials
    .filter(({ metrics }) => metrics !== null)
    .sort((a, b) => atOneDay(b.metrics!).mean - atOneDay(a.metrics!).mean || a.number - b.number);
  const size = Math.min(count, ranked.length);
  return Array.from({ length: size }, (_, i) => ranked[Math.round((i * (ranked.length - 1)) / Math.max(1, size - 1))]!);
}

/** Compares what architectures showed with inherited weights and after full training; null with fewer than two. */
export function checkSupernet(inherited: readonly TrialRecord[], full: readonly TrialRecord[]): SupernetCheck | null {
  const pairs = inherited.flatMap((trial, i) => {
    const other = full[i]!;
    if (trial.metrics === null || other.metrics === null) return [];
    return [[atOneDay(trial.metrics).mean, atOneDay(other.metrics).mean] as const];
  });
  const n = pairs.length;
  if (n < 2) return null;
  const [a, b] = [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
  const tau = kendallTau(a, b);
  return {
    architectures: n,
    kendallTau: Number.isNaN(tau) ? null : tau,
    chanceError: Math.sqrt((2 * (2 * n + 5)) / (9 * n * (n - 1))),
    inherited: mean(a),
    full: mean(b),
  };
}

/** The comparison in a sentence. */
export function supernetNote({ architectures, kendallTau: tau, chanceError, inherited, full }: SupernetCheck): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const order = tau === null ? 'not known' : tau.toFixed(2);
  return `Candidates were measured with weights inherited from one supernet. Of ${architectures} trained in full too, Kendall's tau between both 1-day accuracies is ${order} (unrelated figures would have ${chanceError.toFixed(2)} by chance); their means are ${percent(inherited)} inherited, ${percent(full)} in full.`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
