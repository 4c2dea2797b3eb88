import type { Rng } from '../tensor/index.js';
import { kendallTau } from './kendall-tau.js';

/** Indices of the rows that a fold fits on, and of those it is asked about. */
export interface Fold {
  readonly kept: readonly number[];
  readonly held: readonly number[];
}

/** Predicted and measured values of rows that were held out together. */
export interface HeldOut {
  readonly predicted: ArrayLike<number>;
  readonly measured: ArrayLike<number>;
}

/** `repeats` shuffles of `count` rows, each cut into `folds` parts that are held out in turn. */
export function repeatedFolds(count: number, folds: number, repeats: number, rng: Rng): Fold[] {
  return Array.from({ length: repeats }, () => rng.shuffle(Array.from({ length: count }, (_, i) => i))).flatMap(
    (order) =>
      Array.from({ length: folds }, (_, fold) => ({
        kept: order.filter((_, place) => place % folds !== fold),
        held: order.filter((_, place) => place % folds === fold),
      })),
  );
}

/**
 * Kendall's tau-b of held-out rows: the mean over the folds, each weighted by its number of pairs. (Scores of different
 * folds come from different models and cannot be compared with each other.)
 *
 * @returns null where no fold has an order
 */
export function heldOutTau(parts: readonly HeldOut[]): number | null {
  let [sum, pairs] = [0, 0];
  for (const { predicted, measured } of parts) {
    const n = measured.length;
    const tau = kendallTau(predicted, measured);
    if (Number.isNaN(tau)) continue;
    sum += (tau * n * (n - 1)) / 2;
    pairs += (n * (n - 1)) / 2;
  }
  return pairs === 0 ? null : sum / pairs;
}

/** The same rows, less those measured below `least`. */
export function atLeast(parts: readonly HeldOut[], least: number): HeldOut[] {
  return parts.map(({ predicted, measured }) => {
    const chosen = Array.from(measured, (_, i) => i).filter((i) => measured[i]! >= least);
    return { predicted: chosen.map((i) => predicted[i]!), measured: chosen.map((i) => measured[i]!) };
  });
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
