import type { Rng } from '../tensor/index.js';
import { heldOutTau } from './cross-validation.js';
import type { Model } from './model.js';
import type { FeatureTable } from './xgboost/booster.js';

/** A model with rows that it was not fitted on. */
export interface HeldOutRows {
  readonly model: Model;
  readonly table: FeatureTable;
  readonly measured: ArrayLike<number>;
}

/** How much a model's order depends on a feature. */
export interface FeatureImportance {
  readonly feature: string;
  /** Fall of Kendall's tau on held-out rows when the feature's values change places among them. */
  readonly importance: number;
}

/**
 * Permutation importance (Breiman 2001) on held-out rows, the greatest first. Features that say the same share their
 * importance: what one loses another still tells.
 */
export function featureImportance(
  parts: readonly HeldOutRows[],
  features: readonly string[],
  rng: Rng,
): FeatureImportance[] {
  const tauOf = (tables: readonly FeatureTable[]) =>
    heldOutTau(parts.map(({ model, measured }, i) => ({ predicted: model.predict(tables[i]!).score, measured }))) ?? 0;
  const whole = tauOf(parts.map(({ table }) => table));
  return features
    .map((feature, column) => ({
      feature,
      importance: whole - tauOf(parts.map(({ table }) => shuffled(table, column, rng))),
    }))
    .sort((a, b) => b.importance - a.importance);
}

/** The table with one column's values in another order. */
function shuffled({ values, rows, cols }: FeatureTable, column: number, rng: Rng): FeatureTable {
  const order = rng.shuffle(Array.from({ length: rows }, (_, i) => i));
  const changed = values.slice();
  for (let row = 0; row < rows; row++) changed[row * cols + column] = values[order[row]! * cols + column]!;
  return { values: changed, rows, cols };
}
