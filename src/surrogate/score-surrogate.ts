import { resolve } from 'node:path';
import { fail } from '../config/index.js';
import type { SearchSpace } from '../space/index.js';
import { createRng } from '../tensor/index.js';
import { atLeast, heldOutTau, median, repeatedFolds } from './cross-validation.js';
import { kendallTau } from './kendall-tau.js';
import { type MeasuredTable, readMeasuredTable } from './measured-table.js';
import { type ModelRecipe, rankerRecipe, regressorRecipe } from './model-parameters.js';
import { ndcg } from './ndcg.js';
import { Booster, featureTable } from './xgboost/booster.js';

/** What to score a surrogate on. */
export interface ScoreRequest {
  readonly space: SearchSpace;
  /** CSV file with the rows it is fitted on; see {@link readMeasuredTable}. */
  readonly train: string;
  /** Fit on the first so many of these rows only. */
  readonly trainRows?: number | undefined;
  /** CSV file with the rows it is asked about. When it is the same file, those not fitted on. */
  readonly test: string;
  /** Column to predict; higher is better. */
  readonly target: string;
  /** Seed of models and folds, 0 if absent. */
  readonly seed?: number | undefined;
  /** Folds of the score among the training rows, 5 if absent. */
  readonly folds?: number | undefined;
}

/** How well a surrogate orders and predicts rows it has not seen. */
export interface ScoreReport {
  /** Kendall's tau-b of the ranker on the test rows. */
  readonly kendallTau: number;
  /** The same among the better half of the test rows. */
  readonly betterHalfKendallTau: number | null;
  /** Normalised discounted cumulative gain of the ranker on the test rows. */
  readonly ndcg: number;
  /** Root of the mean squared error of the regressor on the test rows, in units of the target. */
  readonly rmse: number;
  /** Kendall's tau-b of the ranker on held-out parts of the training rows. */
  readonly crossValidatedKendallTau: number | null;
  readonly trainRows: number;
  readonly testRows: number;
  /** Rows whose target is no number. */
  readonly dropped: { readonly train: number; readonly test: number };
}

type Rows = MeasuredTable['rows'];

/**
 * Fits the ranker and the regressor that searches use on one table, and compares them with another.
 *
 * @throws DATA_MISSING, DATA_INVALID, ARCHITECTURE_INVALID for the tables; SURROGATE_INVALID for too few rows;
 *   SURROGATE_UNAVAILABLE
 */
export function scoreSurrogate(request: ScoreRequest): ScoreReport {
  const { space, target, seed = 0, folds = 5 } = request;
  const trainTable = readMeasuredTable(request.train, space, target);
  const count = request.trainRows ?? trainTable.rows.length;
  const sameFile = resolve(request.train) === resolve(request.test);
  const testTable = sameFile ? trainTable : readMeasuredTable(request.test, space, target);
  const train = trainTable.rows.slice(0, count);
  const test = sameFile ? testTable.rows.slice(count) : testTable.rows;
  requireRows(train, request.train, 'train', 2);
  requireRows(test, request.test, 'test', 2);

  const scores = fitAndPredict(rankerRecipe, space, train, test, seed);
  const predicted = fitAndPredict(regressorRecipe, space, train, test, seed);
  const measured = valuesOf(test);
  return {
    kendallTau: kendallTau(scores, measured),
    betterHalfKendallTau: heldOutTau(atLeast([{ predicted: scores, measured }], median(measured))),
    ndcg: ndcg(scores, measured),
    rmse: Math.sqrt(measured.reduce((sum, value, i) => sum + (value - predicted[i]!) ** 2, 0) / measured.length),
    crossValidatedKendallTau: crossValidate(space, train, folds, seed),
    trainRows: train.length,
    testRows: test.length,
    dropped: { train: trainTable.dropped, test: testTable.dropped },
  };
}

function crossValidate(space: SearchSpace, rows: Rows, folds: number, seed: number): number | null {
  const parts = repeatedFolds(rows.length, Math.min(folds, rows.length), 1, createRng(seed, 'surrogate/score'));
  return heldOutTau(
    parts.map(({ kept, held }) => {
      const heldRows = held.map((i) => rows[i]!);
      const keptRows = kept.map((i) => rows[i]!);
      return { predicted: fitAndPredict(rankerRecipe, space, keptRows, heldRows, seed), measured: valuesOf(heldRows) };
    }),
  );
}

function fitAndPredict(
  { rounds, parameters }: ModelRecipe,
  space: SearchSpace,
  train: Rows,
  test: Rows,
  seed: number,
): Float32Array {
  const model = Booster.train(tableOf(space, train), Float32Array.from(valuesOf(train)), rounds, {
    ...parameters,
    seed,
  });
  try {
    return model.predict(tableOf(space, test));
  } finally {
    model.dispose();
  }
}

function tableOf(space: SearchSpace, rows: Rows) {
  const encodings = rows.map(({ architecture }) => space.encodeExtended(architecture));
  return featureTable(encodings, space.featureNames('extended').length);
}

function valuesOf(rows: Rows): number[] {
  return rows.map(({ value }) => value);
}

function requireRows(rows: Rows, file: string, role: string, least: number): void {
  if (rows.length >= least) return;
  fail('SURROGATE_INVALID', `Too few rows to ${role} on.`, {
    source: file,
    found: `${rows.length} rows with a number`,
    accepted: `>= ${least}`,
  });
}
