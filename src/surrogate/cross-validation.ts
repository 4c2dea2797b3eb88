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

/**
 * `repeats` shuffles of some rows, each cut into `folds` parts that are held out in turn. Rows of equal keys stay together:
 * an architecture that was evaluated twice is never asked about by who was fitted on it.
 *
 * @param keys one per row, for example the hash of its architecture; at least `folds` of them differ
 */
export function repeatedFolds(keys: readonly string[], folds: number, repeats: number, rng: Rng): Fold[] {
  const groups = placesByKey(keys);
  return Array.from({ length: repeats }, () => rng.shuffle([...groups])).flatMap((order) =>
    Array.from({ length: folds }, (_, fold) => ({
      kept: order.filter((_, place) => place % folds !== fold).flat(),
      held: order.filter((_, place) => place % folds === fold).flat(),
    })),
  );
}

function placesByKey(keys: readonly string[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const [place, key] of keys.entries()) {
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [place]);
    else known.push(place);
  }
  return [...groups.values()];
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
