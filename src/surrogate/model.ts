import type { FeatureTable } from './xgboost/booster.js';

/** What a model says of rows of features: one entry per row. */
export interface Belief {
  /** Higher means a higher value; only the order counts. */
  readonly score: ArrayLike<number>;
  /** Expected value, in units of the labels. */
  readonly mean: ArrayLike<number>;
  /** Standard deviation of what is believed of the value, noise of single measurements left out; NaN where that is unknown. */
  readonly deviation: ArrayLike<number>;
}

/** A model of one quantity, fitted on rows of features. */
export interface Model {
  /** Number of features that a row must have. */
  readonly features: number;
  predict(table: FeatureTable): Belief;
  /** Writes the model's files into an existing folder; their names begin with `name`. */
  save(folder: string, name: string): void;
  /** Frees native memory, if it has any. */
  dispose(): void;
}

/**
 * What a model will be asked for; less may be cheaper. `order`: the score; `amount`: the mean, by which it also orders;
 * `belief`: that mean and its deviation, where they come from one and the same fit; `both`: order, mean and deviation of
 * the same quantity, whatever they cost.
 */
export type Purpose = 'order' | 'amount' | 'belief' | 'both';

/** Whether the mean is all that has to be fitted: nothing is ordered by a model of its own. */
export function fitsMeanOnly(purpose: Purpose): boolean {
  return purpose === 'amount' || purpose === 'belief';
}

/** A way of modelling: fits models and reads them back. */
export interface ModelMaker {
  /** Name and version of what fits the models; kept in the card. */
  readonly engine: string;
  /**
   * Fits a model. All chance comes from the seed.
   *
   * @throws SURROGATE_INVALID where its library refuses
   */
  fit(table: FeatureTable, labels: Float64Array, seed: number, purpose: Purpose): Model;
  /** Reads what {@link Model.save} wrote. @throws SURROGATE_INVALID naming the file */
  load(folder: string, name: string, purpose: Purpose): Model;
}
