import { resolve } from 'node:path';
import { fail } from '../config/index.js';
import type { SearchSpace } from '../space/index.js';
import { createRng } from '../tensor/index.js';
import { createMaker } from './create-surrogate.js';
import { repeatedFolds } from './cross-validation.js';
import { type MeasuredTable, readMeasuredTable } from './measured-table.js';
import { type Answers, type Quality, qualityOf, qualityOfParts } from './quality.js';
import type { SurrogateKind } from './surrogate-kind.js';
import { featureTable } from './xgboost/booster.js';

/** What to score a surrogate on. */
export interface ScoreRequest {
  readonly space: SearchSpace;
  /** CSV file with the rows it is fitted on; see {@link readMeasuredTable}. */
  readonly train: string;
  /** Fit on the first so many of these rows only. */
  readonly trainRows?: number | undefined;
  /** CSV file with the rows it is asked about, less those whose architecture is fitted. It may be the same file. */
  readonly test: string;
  /** Column to predict; higher is better. */
  readonly target: string;
  /** Kind of the surrogate, `blend` if absent. */
  readonly kind?: SurrogateKind | undefined;
  /** Seed of models and folds, 0 if absent. */
  readonly seed?: number | undefined;
  /** Folds of the score among the training rows, 5 if absent; 0 for none. */
  readonly folds?: number | undefined;
}

/** How well a surrogate orders and predicts rows it has not seen. */
export interface ScoreReport extends Quality {
  readonly kind: SurrogateKind;
  readonly target: string;
  /** The same on held-out parts of the training rows; null where there are none. */
  readonly crossValidated: (Quality & { readonly folds: number }) | null;
  /**
   * The same on the test rows whose features no fitted row has, and how many they are. Architectures that differ only in
   * what cannot matter, such as cells with dead edges, have equal features. Null where there are fewer than two such rows.
   */
  readonly unseenFeatures: (Quality & { readonly rows: number }) | null;
  readonly trainRows: number;
  readonly testRows: number;
  /** Rows left out of the test because their architecture is among those fitted. */
  readonly seenRows: number;
  /** Rows whose target is no number. */
  readonly dropped: { readonly train: number; readonly test: number };
}

type Rows = MeasuredTable['rows'];

/** With a single fit, the Gaussian process can afford to decide on its length scales with more rows than in a search. */
export const patient = { gp: { hyperparameterRows: 256, iterations: 25 } };

/**
 * Fits the models that searches use on one table, and compares them with another.
 *
 * @throws DATA_MISSING, DATA_INVALID, ARCHITECTURE_INVALID for the tables; SURROGATE_INVALID for too few rows;
 *   SURROGATE_UNAVAILABLE
 */
export function scoreSurrogate(request: ScoreRequest): ScoreReport {
  const { space, target, kind = 'blend', seed = 0, folds = 5 } = request;
  const trainTable = readMeasuredTable(request.train, space, target);
  const count = request.trainRows ?? trainTable.rows.length;
  const sameFile = resolve(request.train) === resolve(request.test);
  const testTable = sameFile ? trainTable : readMeasuredTable(request.test, space, target);
  const train = trainTable.rows.slice(0, count);
  const others = sameFile ? testTable.rows.slice(count) : testTable.rows;
  const hashes = new Set(hashesOf(space, train));
  const test = others.filter(({ architecture }) => !hashes.has(space.hash(architecture)));
  const seenRows = others.length - test.length;
  requireRows(train, request.train, 'train', request.trainRows ?? 2);
  requireRows(test, request.test, 'test', 2, seenRows);
  const answers = fitAndAsk(kind, space, train, test, seed);
  const unseen = withUnseenFeatures(space, train, test, answers);
  return {
    kind,
    target,
    ...qualityOf(answers),
    unseenFeatures: unseen.measured.length < 2 ? null : { rows: unseen.measured.length, ...qualityOf(unseen) },
    crossValidated: crossValidate(kind, space, train, folds, seed),
    trainRows: train.length,
    testRows: test.length,
    seenRows,
    dropped: { train: trainTable.dropped, test: testTable.dropped },
  };
}

/** Quality on rows that are held out in turn, all rows of an architecture together; null with fewer architectures than folds. */
export function crossValidate(
  kind: SurrogateKind,
  space: SearchSpace,
  rows: Rows,
  folds: number,
  seed: number,
): ScoreReport['crossValidated'] {
  const hashes = hashesOf(space, rows);
  if (folds < 2 || new Set(hashes).size < folds) return null;
  const parts = repeatedFolds(hashes, folds, 1, createRng(seed, 'surrogate/score'));
  const chosen = (places: readonly number[]) => places.map((i) => rows[i]!);
  const answers = parts.map(({ kept, held }) => fitAndAsk(kind, space, chosen(kept), chosen(held), seed));
  return { folds, ...qualityOfParts(answers) };
}

/** Fits on some rows and asks about others. */
export function fitAndAsk(kind: SurrogateKind, space: SearchSpace, train: Rows, test: Rows, seed: number): Answers {
  const measured = valuesOf(train);
  const model = createMaker(kind, patient).fit(tableOf(space, train), Float64Array.from(measured), seed, 'both');
  try {
    const { score, mean } = model.predict(tableOf(space, test));
    return { predicted: score, expected: mean, measured: valuesOf(test) };
  } finally {
    model.dispose();
  }
}

/** Answers to those of the test rows whose features no training row has. */
export function withUnseenFeatures(space: SearchSpace, train: Rows, test: Rows, answers: Answers): Answers {
  const featuresOf = ({ architecture }: Rows[number]) => space.encodeExtended(architecture).join();
  const fitted = new Set(train.map(featuresOf));
  const unseen = [...test.keys()].filter((i) => !fitted.has(featuresOf(test[i]!)));
  const chosen = (values: ArrayLike<number>) => unseen.map((i) => values[i]!);
  const { predicted, expected, measured } = answers;
  return { predicted: chosen(predicted), expected: chosen(expected), measured: chosen(measured) };
}

function tableOf(space: SearchSpace, rows: Rows) {
  const encodings = rows.map(({ architecture }) => space.encodeExtended(architecture));
  return featureTable(encodings, space.featureNames('extended').length);
}

function hashesOf(space: SearchSpace, rows: Rows): string[] {
  return rows.map(({ architecture }) => space.hash(architecture));
}

function valuesOf(rows: Rows): number[] {
  return rows.map(({ value }) => value);
}

function requireRows(rows: Rows, file: string, role: string, least: number, seen = 0): void {
  if (rows.length >= Math.max(2, least)) return;
  fail('SURROGATE_INVALID', `Too few rows to ${role} on.`, {
    source: file,
    found: `${rows.length} rows with a number${seen === 0 ? '' : `, beside ${seen} of architectures that are fitted`}`,
    accepted: `>= ${Math.max(2, least)}`,
  });
}
