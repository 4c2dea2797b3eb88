import { fail } from '../config/index.js';
import type { CoreDifferences, CrossbarConfig } from '../crossbar/index.js';
import { type ImageSet, type Normalisation, requireBatchSize, requireImages } from '../data/index.js';
import type { AnalogModel, Model } from '../nn/index.js';
import type { Rng } from '../tensor/index.js';
import { accuracy } from './accuracy.js';

/** Accuracy at one time after programming, over some programmings. */
export interface DriftAccuracy {
  /** Time after programming. */
  readonly seconds: number;
  /** Mean accuracy, 0..1. */
  readonly mean: number;
  /** Standard deviation over the repeats, with n - 1; 0 for a single repeat. */
  readonly std: number;
  readonly repeats: number;
  /** Accuracy of each repeat; entry r of every time comes from the same programming. */
  readonly values: readonly number[];
}

/** What {@link driftAccuracy} needs besides model and images. */
export interface DriftContext {
  /** Seconds after programming, each >= 0; at least one, in any order. */
  readonly times: readonly number[];
  /** Programmings, each with fresh noise; at least one. */
  readonly repeats: number;
  /** How the cores of a chip differ, drawn afresh for each programming; alike if absent. */
  readonly coreDifferences?: CoreDifferences | undefined;
  readonly rng: Rng;
  /** Images per forward pass; 64 if absent. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each test of the whole set. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Programs a model on crossbars, lets it drift and tests it at some times; then all of it again with fresh noise.
 *
 * The times of one repeat share programming noise and drift exponents, as one chip does; read noise is fresh in every
 * pass. What is drawn depends only on the repeat, the time and the batch: adding times or repeats changes no other
 * number.
 *
 * @throws AbortError when the signal is aborted; before any work USAGE when a time, the repeats or the batch size is out
 *   of range, DATA_INVALID when there are no images, or labels or pixels are missing
 * @example
 * const [second, day] = await driftAccuracy(model, data.test, data.normalise, crossbar, {
 *   times: [1, 86_400], repeats: 5, rng: createRng(1).child('drift'),
 * });
 */
export async function driftAccuracy(
  model: Model,
  set: ImageSet,
  normalise: Normalisation,
  crossbar: CrossbarConfig,
  context: DriftContext,
): Promise<DriftAccuracy[]> {
  requirePlan(context);
  requireImages(set, 'images');
  const { times, repeats, coreDifferences, rng, onProgress } = context;
  const analog = model.toAnalog(crossbar);
  const values = times.map((): number[] => []);
  try {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const stream = rng.child(`repeat/${repeat}`);
      analog.program(stream.child('program'), coreDifferences);
      for (const [at, seconds] of times.entries()) {
        values[at]!.push(await accuracyAfter(analog, seconds, set, normalise, stream.child(`${seconds}s`), context));
        onProgress?.(repeat * times.length + at + 1, repeats * times.length);
      }
    }
  } finally {
    analog.dispose();
  }
  return times.map((seconds, at) => ({ seconds, ...meanAndStd(values[at]!), repeats, values: values[at]! }));
}

function requirePlan({ times, repeats, batchSize }: DriftContext): void {
  if (times.length === 0) refuse('times', 'none', 'at least one time');
  for (const [at, seconds] of times.entries()) {
    if (!(Number.isFinite(seconds) && seconds >= 0)) refuse(`times[${at}]`, seconds, 'seconds >= 0');
  }
  if (!(Number.isInteger(repeats) && repeats >= 1)) refuse('repeats', repeats, 'a whole number >= 1');
  if (batchSize !== undefined) requireBatchSize(batchSize);
}

function refuse(path: string, found: unknown, accepted: string): never {
  return fail('USAGE', 'Drift cannot be measured with this.', { path, found: String(found), accepted });
}

async function accuracyAfter(
  analog: AnalogModel,
  seconds: number,
  set: ImageSet,
  normalise: Normalisation,
  rng: Rng,
  { batchSize, signal }: DriftContext,
): Promise<number> {
  analog.drift(seconds, rng.child('drift'));
  const read = rng.child('read');
  return accuracy((x, batch) => analog.predict(x, read.child(String(batch))), set, normalise, { batchSize, signal });
}

/** Mean and standard deviation with n - 1 (0 for one value). */
export function meanAndStd(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
