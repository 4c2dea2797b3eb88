import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, readDocument } from '../config/index.js';
import type { Architecture, EncodingKind, SearchSpace } from '../space/index.js';
import { writeFileAtomic } from '../store/index.js';
import type { Rng } from '../tensor/index.js';
import { kendallTau } from './kendall-tau.js';
import type { FitReport, Prediction, Surrogate, TrialRow } from './surrogate.js';
import { readCard, type SurrogateCard } from './surrogate-card.js';
import { Booster, type BoosterParameters, featureTable } from './xgboost/booster.js';
import { xgboost } from './xgboost/library.js';

/** Options of {@link XgboostSurrogate}. */
export interface XgboostOptions {
  /** Which encoding of the space it sees; the extended one by default. */
  readonly encoding?: EncodingKind;
  /** Boosting rounds, 110 by default (AnalogNAS). */
  readonly rounds?: number;
  /** Folds of the held-out score, 5 by default. */
  readonly folds?: number;
}

const targets = ['score', 'avm', 'std'] as const;
type Target = (typeof targets)[number];

/** The ranker's score is only an order; the other two are amounts. Objectives as in AnalogNAS. */
const objectives: Record<Target, string> = { score: 'rank:pairwise', avm: 'reg:squarederror', std: 'reg:squarederror' };

const labelOf: Record<Target, (row: TrialRow) => number> = {
  score: (row) => row.oneDayAccuracy,
  avm: (row) => row.avm,
  std: (row) => row.std,
};

/** Learning rate, sampling shares: AnalogNAS. Trees are shallower: a run has tens of trials, not a thousand. */
const common: BoosterParameters = { eta: 0.1, max_depth: 4, subsample: 0.75, colsample_bytree: 0.9 };

/** Fewest rows of a fold for which an order can be told. */
const LEAST_FOLD = 3;

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
  readonly #rounds: number;
  readonly #folds: number;
  #models: Record<Target, Booster> | undefined;
  #card: SurrogateCard | undefined;

  /** @throws SURROGATE_UNAVAILABLE where the XGBoost library is missing */
  constructor(space: SearchSpace, { encoding = 'extended', rounds = 110, folds = 5 }: XgboostOptions = {}) {
    xgboost();
    this.#space = space;
    this.#encoding = encoding;
    this.#rounds = rounds;
    this.#folds = folds;
  }

  fit(rows: readonly TrialRow[], rng: Rng): FitReport {
    if (rows.length < 2) {
      fail('SURROGATE_INVALID', 'A surrogate needs at least two rows.', {
        found: `${rows.length} rows`,
        accepted: '>= 2',
      });
    }
    const seed = rng.int(0, 2 ** 31 - 1);
    const report = { rows: rows.length, ...this.#heldOut(rows, seed, rng.child('folds')) };
    const features = this.#encode(rows.map(({ architecture }) => architecture));
    this.dispose();
    this.#models = {
      score: this.#train('score', rows, features, seed),
      avm: this.#train('avm', rows, features, seed),
      std: this.#train('std', rows, features, seed),
    };
    this.#card = {
      format: 1,
      space: this.#space.name,
      encoding: this.#encoding,
      features: [...this.#space.featureNames(this.#encoding)],
      ranges: columnRanges(features),
      seed,
      ...report,
    };
    return report;
  }

  predict(architectures: readonly Architecture[]): Prediction[] {
    const { models, card } = this.#fitted();
    const features = this.#encode(architectures);
    const table = featureTable(features, card.features.length);
    const [score, avm, std] = targets.map((target) => models[target].predict(table));
    return features.map((row, i) => ({
      score: score![i]!,
      avm: avm![i]!,
      std: std![i]!,
      inRange: card.ranges.every(([low, high], column) => row[column]! >= low && row[column]! <= high),
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
    const card = readCard(readDocument(file), file, this.#space, this.#encoding);
    const models: Partial<Record<Target, Booster>> = {};
    for (const target of targets) models[target] = readModel(modelFile(folder, target), card.features.length);
    this.dispose();
    this.#models = models as Record<Target, Booster>;
    this.#card = card;
  }

  dispose(): void {
    for (const model of Object.values(this.#models ?? {})) model.dispose();
    this.#models = undefined;
  }

  #fitted(): { models: Record<Target, Booster>; card: SurrogateCard } {
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
    return Booster.train(table, labels, this.#rounds, { ...common, objective: objectives[target], seed });
  }

  /** Tau of each held-out part under a ranker fitted on the others, averaged. */
  #heldOut(rows: readonly TrialRow[], seed: number, rng: Rng): Omit<FitReport, 'rows'> {
    const folds = Math.min(this.#folds, Math.floor(rows.length / LEAST_FOLD));
    if (folds < 2) return { heldOutKendallTau: null, folds: 0 };
    const order = rng.shuffle(rows.map((_, i) => i));
    const taus = Array.from({ length: folds }, (_, fold) => {
      const held = order.filter((_, place) => place % folds === fold).map((i) => rows[i]!);
      const kept = order.filter((_, place) => place % folds !== fold).map((i) => rows[i]!);
      return this.#tauOf(held, kept, seed);
    }).filter((tau) => !Number.isNaN(tau));
    const heldOutKendallTau = taus.length === 0 ? null : taus.reduce((sum, tau) => sum + tau, 0) / taus.length;
    return { heldOutKendallTau, folds: taus.length };
  }

  #tauOf(held: readonly TrialRow[], kept: readonly TrialRow[], seed: number): number {
    const ranker = this.#train('score', kept, this.#encode(kept.map((row) => row.architecture)), seed);
    try {
      const features = this.#encode(held.map((row) => row.architecture));
      return kendallTau(ranker.predict(featureTable(features, features[0]!.length)), held.map(labelOf.score));
    } finally {
      ranker.dispose();
    }
  }
}

function modelFile(folder: string, target: Target): string {
  return join(folder, `xgboost-${target}.json`);
}

function readModel(file: string, features: number): Booster {
  const model = Booster.fromBytes(readFileSync(file));
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
