import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../config/index.js';
import type { Architecture, EncodingKind, SearchSpace } from '../space/index.js';
import { writeFileAtomic } from '../store/index.js';
import type { Rng } from '../tensor/index.js';
import { atLeast, type Fold, type HeldOut, heldOutTau, median, repeatedFolds } from './cross-validation.js';
import { type ModelRecipe, rankerRecipe, regressorRecipe } from './model-parameters.js';
import type { FitReport, Prediction, Surrogate, TrialRow } from './surrogate.js';
import { readCard, readSurrogateFile, type SurrogateCard } from './surrogate-card.js';
import { Booster, featureTable } from './xgboost/booster.js';
import { xgboost } from './xgboost/library.js';

/** Options of {@link XgboostSurrogate}. */
export interface XgboostOptions {
  /** Which encoding of the space it sees; the extended one by default. */
  readonly encoding?: EncodingKind;
  /** Boosting rounds of every model; by default those of {@link rankerRecipe} and {@link regressorRecipe}. */
  readonly rounds?: number;
  /** Folds of the held-out scores, 5 by default. */
  readonly folds?: number;
  /** Times that all rows are cut into folds anew; 2 below 60 rows and 1 from there on, unless named; AVM and spread are held out once. */
  readonly repeats?: number;
}

const targets = ['score', 'avm', 'std'] as const;
type Target = (typeof targets)[number];

/** The ranker's score is only an order; the other two are amounts. Objectives as in AnalogNAS. */
const recipes: Record<Target, ModelRecipe> = { score: rankerRecipe, avm: regressorRecipe, std: regressorRecipe };

const labelOf: Record<Target, (row: TrialRow) => number> = {
  score: (row) => row.oneDayAccuracy,
  avm: (row) => row.avm,
  std: (row) => row.std,
};

/** Fewest rows of a fold for which an order can be told. */
const LEAST_FOLD = 3;

/** Fewer rows than this are held out twice over: a few folds of a few rows say little. */
const FEW_ROWS = 60;

/**
 * AnalogNAS' surrogate: gradient-boosted trees that rank architectures by 1-day accuracy (pairwise hinge loss) and
 * regress the accuracy variation over one month and the spread.
 *
 * @example
 * const surrogate = new XgboostSurrogate(loadSpace('resnet-tiny'));
 * surrogate.fit(rows, createRng(1));
 * const [{ score }] = surrogate.predict([architecture]);
 */
export class XgboostSurrogate implements Surrogate {
  readonly #space: SearchSpace;
  readonly #encoding: EncodingKind;
  readonly #rounds: number | undefined;
  readonly #folds: number;
  readonly #repeats: number | undefined;
  #models: Models | undefined;
  #card: SurrogateCard | undefined;

  /** @throws SURROGATE_UNAVAILABLE where the XGBoost library is missing */
  constructor(space: SearchSpace, { encoding = 'extended', rounds, folds = 5, repeats }: XgboostOptions = {}) {
    xgboost();
    this.#space = space;
    this.#encoding = encoding;
    this.#rounds = rounds;
    this.#folds = folds;
    this.#repeats = repeats;
  }

  fit(rows: readonly TrialRow[], rng: Rng): FitReport {
    if (rows.length < 2) {
      fail('SURROGATE_INVALID', 'A surrogate needs at least two rows.', {
        found: `${rows.length} rows`,
        accepted: '>= 2',
      });
    }
    const seed = rng.int(0, 2 ** 31 - 1);
    const features = this.#encode(rows.map(({ architecture }) => architecture));
    const report = { rows: rows.length, ...this.#heldOut(rows, features, seed, rng.child('folds')) };
    this.dispose();
    this.#models = this.#trainAll(rows, features, seed);
    this.#card = {
      format: 1,
      space: this.#space.name,
      encoding: this.#encoding,
      features: [...this.#space.featureNames(this.#encoding)],
      ranges: columnRanges(features),
      seed,
      ...report,
      xgboost: xgboost().version,
    };
    return report;
  }

  predict(architectures: readonly Architecture[]): Prediction[] {
    const { models, card } = this.#fitted();
    const features = this.#encode(architectures);
    const table = featureTable(features, card.features.length);
    const [score, avm, std] = Booster.predictAll(
      targets.map((target) => models[target]),
      table,
    );
    return features.map((row, i) => ({
      score: score![i]!,
      avm: avm![i]!,
      std: std![i]!,
      inRange: isWithin(card.ranges, row),
    }));
  }

  save(folder: string): void {
    const { models, card } = this.#fitted();
    mkdirSync(folder, { recursive: true });
    for (const target of targets) writeFileAtomic(modelFile(folder, target), models[target].toJson());
    writeFileAtomic(join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  }

  load(folder: string): void {
    const file = join(folder, 'card.json');
    const card = readCard(file, this.#space, this.#encoding);
    const models = ofEachTarget((target) => readModel(modelFile(folder, target), card.features.length));
    this.dispose();
    this.#models = models;
    this.#card = card;
  }

  dispose(): void {
    for (const model of Object.values(this.#models ?? {})) model.dispose();
    this.#models = undefined;
  }

  #fitted(): { models: Models; card: SurrogateCard } {
    if (this.#models === undefined || this.#card === undefined)
      throw new Error('the surrogate is asked before it is fitted');
    return { models: this.#models, card: this.#card };
  }

  #encode(architectures: readonly Architecture[]): Float32Array[] {
    const space = this.#space;
    return architectures.map((a) => (this.#encoding === 'base' ? space.encode(a) : space.encodeExtended(a)));
  }

  #train(target: Target, rows: readonly TrialRow[], features: readonly Float32Array[], seed: number): Booster {
    const table = featureTable(features, features[0]!.length);
    const labels = Float32Array.from(rows, labelOf[target]);
    const { rounds, parameters } = recipes[target];
    return Booster.train(table, labels, this.#rounds ?? rounds, { ...parameters, seed });
  }

  #trainAll(rows: readonly TrialRow[], features: readonly Float32Array[], seed: number): Models {
    return ofEachTarget((target) => this.#train(target, rows, features, seed));
  }

  /** Scores of models fitted on some rows, on the others. */
  #heldOut(
    rows: readonly TrialRow[],
    features: readonly Float32Array[],
    seed: number,
    rng: Rng,
  ): Omit<FitReport, 'rows'> {
    const count = Math.min(this.#folds, Math.floor(rows.length / LEAST_FOLD));
    const repeats = this.#repeats ?? (rows.length < FEW_ROWS ? 2 : 1);
    const folds = count < 2 ? [] : repeatedFolds(rows.length, count, repeats, rng);
    const heldOut = (target: Target, some: readonly Fold[]) =>
      some.map((fold) => this.#heldOutFold(target, rows, features, seed, fold));
    const score = heldOut('score', folds);
    return {
      heldOutKendallTau: heldOutTau(score),
      betterHalfKendallTau: heldOutTau(atLeast(score, median(rows.map(labelOf.score)))),
      avmKendallTau: heldOutTau(heldOut('avm', folds.slice(0, count))),
      stdKendallTau: heldOutTau(heldOut('std', folds.slice(0, count))),
      folds: folds.length,
    };
  }

  #heldOutFold(
    target: Target,
    rows: readonly TrialRow[],
    features: readonly Float32Array[],
    seed: number,
    { kept, held }: Fold,
  ): HeldOut {
    const rowsAt = (places: readonly number[]) => places.map((i) => rows[i]!);
    const featuresAt = (places: readonly number[]) => places.map((i) => features[i]!);
    const model = this.#train(target, rowsAt(kept), featuresAt(kept), seed);
    try {
      const predicted = model.predict(featureTable(featuresAt(held), features[0]!.length));
      return { predicted, measured: rowsAt(held).map(labelOf[target]) };
    } finally {
      model.dispose();
    }
  }
}

type Models = Record<Target, Booster>;

/** One value per target; those made before one throws are freed if they are models. */
function ofEachTarget<T>(make: (target: Target) => T): Record<Target, T> {
  const made: Partial<Record<Target, T>> = {};
  try {
    for (const target of targets) made[target] = make(target);
  } catch (error) {
    for (const value of Object.values(made)) if (value instanceof Booster) value.dispose();
    throw error;
  }
  return made as Record<Target, T>;
}

function isWithin(ranges: SurrogateCard['ranges'], row: Float32Array): boolean {
  for (let column = 0; column < row.length; column++) {
    const range = ranges[column]!;
    if (row[column]! < range[0] || row[column]! > range[1]) return false;
  }
  return true;
}

function modelFile(folder: string, target: Target): string {
  return join(folder, `xgboost-${target}.json`);
}

function readModel(file: string, features: number): Booster {
  const model = Booster.fromBytes(readSurrogateFile(file));
  if (model.features === features) return model;
  const found = model.features;
  model.dispose();
  return fail('SURROGATE_INVALID', 'The model does not fit its card.', {
    source: file,
    found: `${found} features`,
    accepted: `${features} features`,
  });
}

function columnRanges(features: readonly Float32Array[]): [number, number][] {
  return Array.from(features[0]!, (_, column) => {
    const values = features.map((row) => row[column]!);
    return [Math.min(...values), Math.max(...values)];
  });
}
