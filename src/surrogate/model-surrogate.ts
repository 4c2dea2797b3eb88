import { join } from 'node:path';
import { fail, makeFolder } from '../config/index.js';
import type { CrossbarConfig } from '../crossbar/index.js';
import { type Architecture, type EncodingKind, type SearchSpace, surveyArchitectures } from '../space/index.js';
import { writeFileAtomic } from '../store/index.js';
import type { Rng } from '../tensor/index.js';
import { atLeast, type Fold, type HeldOut, heldOutTau, median, repeatedFolds } from './cross-validation.js';
import { columnRanges, isWithin } from './feature-ranges.js';
import type { Model, ModelMaker, Purpose } from './model.js';
import { requireMembers } from './require-members.js';
import type { FitReport, Prediction, Surrogate, TrialRow } from './surrogate.js';
import {
  encodedFor,
  encodingNotes,
  type FitNotes,
  heldOutOf,
  readCard,
  requireObjective,
  type SurrogateCard,
  usualObjective,
} from './surrogate-card.js';
import type { SurrogateKind } from './surrogate-kind.js';
import { type FeatureTable, featureTable } from './xgboost/booster.js';
import { ZeroCostFeatures, type ZeroCostName } from './zero-cost/index.js';

/** Options of every kind of surrogate. */
export interface SurrogateOptions {
  /** Which encoding of the space it sees; the extended one by default. */
  readonly encoding?: EncodingKind;
  /**
   * Features of the untrained network beside the encoding's; none by default. They cost up to a second per architecture and
   * need a tensor backend in use.
   */
  readonly zeroCost?: readonly ZeroCostName[];
  /**
   * Crossbars that `crossbarSnr` is computed for; `pcm-8bit-256` by default. What an architecture of a joint space chooses
   * comes before them.
   */
  readonly crossbar?: CrossbarConfig;
  /** What `oneDayAccuracy` of the rows really is, where a search aims at something else; kept on the card. */
  readonly objective?: string;
  /** Folds of the held-out scores, 5 by default; 0 for none, which saves their time. */
  readonly folds?: number;
  /** Times that all rows are cut into folds anew; 2 below 60 rows and 1 from there on, unless named; AVM and spread are held out once. */
  readonly repeats?: number;
}

const targets = ['score', 'avm', 'std'] as const;
type Target = (typeof targets)[number];

const labelOf: Record<Target, (row: TrialRow) => number> = {
  score: (row) => row.oneDayAccuracy,
  avm: (row) => row.avm,
  std: (row) => row.std,
};

const purposeOf: Record<Target, Purpose> = { score: 'both', avm: 'belief', std: 'amount' };

/** Fewest architectures of a fold for which an order can be told. */
const LEAST_FOLD = 3;

/** Fewer rows than this are held out twice over: a few folds of a few rows say little. */
const FEW_ROWS = 60;

type Models = Record<Target, Model>;

/** A surrogate of three models of one kind: 1-day accuracy, its variation over one month, its spread. */
export class ModelSurrogate implements Surrogate {
  readonly #encoding: EncodingKind;
  readonly #folds: number;
  readonly #repeats: number | undefined;
  readonly #zeroCost: ZeroCostFeatures;
  readonly #objective: string;
  #models: Models | undefined;
  #card: SurrogateCard | undefined;

  constructor(
    private readonly kind: SurrogateKind,
    private readonly maker: ModelMaker,
    private readonly space: SearchSpace,
    {
      encoding = 'extended',
      folds = 5,
      repeats,
      zeroCost = [],
      crossbar,
      objective = usualObjective,
    }: SurrogateOptions = {},
  ) {
    this.#encoding = encoding;
    this.#folds = folds;
    this.#repeats = repeats;
    this.#zeroCost = new ZeroCostFeatures(space, zeroCost, crossbar);
    this.#objective = objective;
  }

  fit(rows: readonly TrialRow[], rng: Rng): FitReport {
    if (rows.length < 2) {
      fail('SURROGATE_INVALID', 'A surrogate needs at least two rows.', {
        found: `${rows.length} rows`,
        accepted: '>= 2',
      });
    }
    rows.forEach(requireNumbers);
    const architectures = rows.map(({ architecture }) => architecture);
    requireMembers(this.space, architectures, (row) => `rows.${row}.architecture`);
    const seed = rng.int(0, 2 ** 31 - 1);
    const features = this.#encode(architectures);
    const report = { rows: rows.length, ...this.#heldOut(rows, features, seed, rng.child('folds')) };
    this.dispose();
    this.#models = ofEachTarget((target) => this.#train(target, rows, features, seed, purposeOf[target]));
    this.#card = {
      format: 2,
      kind: this.kind,
      space: this.space.name,
      encoding: this.#encoding,
      ...(this.#objective !== usualObjective && { objective: this.#objective }),
      ...encodedFor(this.space),
      features: this.#featureNames(),
      ranges: columnRanges(features),
      seed,
      ...report,
      engine: this.maker.engine,
    };
    return report;
  }

  predict(architectures: readonly Architecture[]): Prediction[] {
    const { models, card } = this.#fitted();
    requireMembers(this.space, architectures, (place) => `architectures.${place}`);
    const table = this.#table(architectures);
    const { score, mean, deviation } = models.score.predict(table);
    const avm = models.avm.predict(table);
    const std = models.std.predict(table).mean;
    return architectures.map((_, i) => ({
      score: score[i]!,
      mean: mean[i]!,
      deviation: deviation[i]!,
      avm: avm.mean[i]!,
      avmDeviation: avm.deviation[i]!,
      std: std[i]!,
      inRange: isWithin(card.ranges, table.values.subarray(i * table.cols, (i + 1) * table.cols)),
    }));
  }

  save(folder: string, notes?: FitNotes): void {
    const { models, card } = this.#fitted();
    makeFolder(folder);
    for (const target of targets) models[target].save(folder, target);
    const measured = notes !== undefined && card.folds === 0 ? heldOutOf(notes) : {};
    const whole = { ...card, ...measured, ...(notes && { fit: notes }) };
    writeFileAtomic(join(folder, 'card.json'), `${JSON.stringify(whole, null, 2)}\n`);
  }

  load(folder: string): readonly string[] {
    const file = join(folder, 'card.json');
    const card = readCard(file, [this.kind], this.space, this.#encoding, this.#zeroCost.names);
    requireObjective(card, this.#objective, file);
    const models = ofEachTarget((target) => this.#load(folder, target, card.features.length));
    this.dispose();
    this.#models = models;
    this.#card = card;
    return encodingNotes(card, this.space);
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

  #featureNames(): string[] {
    return [...this.space.featureNames(this.#encoding), ...this.#zeroCost.names];
  }

  #table(architectures: readonly Architecture[]): FeatureTable {
    const table = this.#encodingTable(architectures);
    if (this.#zeroCost.names.length === 0) return table;
    const rows = architectures.map((architecture, i) => {
      return Float32Array.from([
        ...table.values.subarray(i * table.cols, (i + 1) * table.cols),
        ...this.#zeroCost.of(architecture),
      ]);
    });
    return featureTable(rows, this.#featureNames().length);
  }

  #encodingTable(architectures: readonly Architecture[]): FeatureTable {
    const cols = this.space.featureNames(this.#encoding).length;
    if (this.#encoding === 'base')
      return featureTable(
        architectures.map((a) => this.space.encode(a)),
        cols,
      );
    return { values: surveyArchitectures(this.space, architectures).features, rows: architectures.length, cols };
  }

  #encode(architectures: readonly Architecture[]): Float32Array[] {
    const { values, cols } = this.#table(architectures);
    return architectures.map((_, i) => values.slice(i * cols, (i + 1) * cols));
  }

  #train(
    target: Target,
    rows: readonly TrialRow[],
    features: readonly Float32Array[],
    seed: number,
    purpose: Purpose,
  ): Model {
    const table = featureTable(features, features[0]!.length);
    return this.maker.fit(table, Float64Array.from(rows, labelOf[target]), seed, purpose);
  }

  #load(folder: string, target: Target, features: number): Model {
    const model = this.maker.load(folder, target, purposeOf[target]);
    if (model.features === features) return model;
    const found = model.features;
    model.dispose();
    return fail('SURROGATE_INVALID', 'The model does not fit its card.', {
      source: join(folder, `${this.kind}-${target}.json`),
      found: `${found} features`,
      accepted: `${features} features`,
    });
  }

  /** Scores of models fitted on some rows, on the others. */
  #heldOut(
    rows: readonly TrialRow[],
    features: readonly Float32Array[],
    seed: number,
    rng: Rng,
  ): Omit<FitReport, 'rows'> {
    const hashes = this.#folds === 0 ? [] : rows.map(({ architecture }) => this.space.hash(architecture));
    const count = Math.min(this.#folds, Math.floor(new Set(hashes).size / LEAST_FOLD));
    const repeats = this.#repeats ?? (rows.length < FEW_ROWS ? 2 : 1);
    const folds = count < 2 ? [] : repeatedFolds(hashes, count, repeats, rng);
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
    const purpose = target === 'score' ? 'order' : 'amount';
    const model = this.#train(target, rowsAt(kept), featuresAt(kept), seed, purpose);
    try {
      const { score } = model.predict(featureTable(featuresAt(held), features[0]!.length));
      return { predicted: score, measured: rowsAt(held).map(labelOf[target]) };
    } finally {
      model.dispose();
    }
  }
}

function requireNumbers(row: TrialRow, index: number): void {
  for (const key of ['oneDayAccuracy', 'avm', 'std'] as const) {
    if (Number.isFinite(row[key])) continue;
    fail('SURROGATE_INVALID', 'A row to fit on has no number.', {
      path: `rows.${index}.${key}`,
      found: String(row[key]),
      accepted: 'a finite number',
    });
  }
}

/** One model per target; those made before one throws are freed. */
function ofEachTarget(make: (target: Target) => Model): Models {
  const made: Partial<Models> = {};
  try {
    for (const target of targets) made[target] = make(target);
  } catch (error) {
    for (const model of Object.values(made)) model.dispose();
    throw error;
  }
  return made as Models;
}
