import type { Architecture } from '../space/index.js';
import type { Rng } from '../tensor/index.js';
import type { FitNotes } from './surrogate-card.js';

/** One evaluated architecture: what a surrogate learns from. */
export interface TrialRow {
  readonly architecture: Architecture;
  /** Accuracy one day after programming, 0..1 (or whatever the search maximises in its place). */
  readonly oneDayAccuracy: number;
  /** Accuracy variation over one month. */
  readonly avm: number;
  /** Standard deviation of the 1-day accuracy over programmings. */
  readonly std: number;
}

/** What a surrogate expects of an architecture. */
export interface Prediction {
  /** Higher means a higher 1-day accuracy; only the order counts. */
  readonly score: number;
  /** Expected 1-day accuracy (or whatever the search maximises in its place). */
  readonly mean: number;
  /** How unsure the surrogate is of that mean, as a standard deviation; noise of single measurements is left out. */
  readonly deviation: number;
  /** Accuracy variation over one month. */
  readonly avm: number;
  /**
   * How unsure the surrogate is of that variation, as a standard deviation; noise of single measurements is left out. NaN
   * where it cannot tell: XGBoost fits a single model to the variation.
   */
  readonly avmDeviation: number;
  /** Standard deviation of the 1-day accuracy. */
  readonly std: number;
  /** False where a feature lies outside the range of the training rows: the prediction is a guess then. */
  readonly inRange: boolean;
}

/** How well a surrogate does on rows that it was not fitted on: Kendall's tau-b, null where there are too few rows to tell. */
export interface FitReport {
  /** Rows it was fitted on in the end: all of them. */
  readonly rows: number;
  /** 1-day accuracy. */
  readonly heldOutKendallTau: number | null;
  /** 1-day accuracy among the better half of the rows, where a search chooses. */
  readonly betterHalfKendallTau: number | null;
  /** Accuracy variation. */
  readonly avmKendallTau: number | null;
  /** Spread. */
  readonly stdKendallTau: number | null;
  /** Parts that were held out in turn, repeats included. */
  readonly folds: number;
}

/** A model that predicts the outcome of trials. */
export interface Surrogate {
  /**
   * Fits on these rows only; earlier fits are forgotten. All chance comes from `rng`.
   *
   * @throws SURROGATE_INVALID for fewer than two rows or figures that are no numbers; ARCHITECTURE_INVALID for rows of
   *   another space
   */
  fit(rows: readonly TrialRow[], rng: Rng): FitReport;
  /**
   * One prediction per architecture. Before the first fit or load this is an error.
   *
   * @throws ARCHITECTURE_INVALID naming the place in the list, when one is no point of the space
   */
  predict(architectures: readonly Architecture[]): Prediction[];
  /**
   * Writes the models as JSON and a card with what they were fitted on, to which `notes` are added. Where the fit held nothing
   * out, what the notes measured stands in the card in its place.
   */
  save(folder: string, notes?: FitNotes): void;
  /**
   * @returns what must be said beside its predictions: that it was fitted on features of other images or tiles than this
   *   space has
   * @throws SURROGATE_INVALID when the files are damaged or belong to another space or encoding
   */
  load(folder: string): readonly string[];
  /** Frees native memory. */
  dispose(): void;
}
