import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../config/index.js';
import { writeFileAtomic } from '../../store/index.js';
import { createRng } from '../../tensor/index.js';
import { meanAndDeviation } from '../ensemble.js';
import { type Belief, fitsMeanOnly, type Model, type ModelMaker, type Purpose } from '../model.js';
import { type ModelRecipe, rankerRecipe, regressorRecipe } from '../model-parameters.js';
import { readSurrogateFile } from '../surrogate-card.js';
import { Booster, type FeatureTable } from './booster.js';
import { xgboost } from './library.js';

/** How gradient-boosted models are fitted. */
export interface XgboostMakerOptions {
  /** Boosting rounds of every model; by default those of the recipes. */
  readonly rounds?: number | undefined;
  /** Regressors of the ensemble that gives mean and uncertainty of what is also ranked. */
  readonly members?: number | undefined;
}

/** Regressors of an ensemble unless another number is named. */
const MEMBERS = 4;

/**
 * AnalogNAS' models: gradient-boosted trees, a ranker by pairwise loss for the order and regressors for amounts. What is
 * both ordered and measured also gets an ensemble of regressors on bootstrap samples, whose spread is the uncertainty.
 */
export class XgboostMaker implements ModelMaker {
  readonly engine: string;

  /** @throws SURROGATE_UNAVAILABLE where the XGBoost library is missing */
  constructor(private readonly options: XgboostMakerOptions = {}) {
    this.engine = `xgboost ${xgboost().version}`;
  }

  fit(table: FeatureTable, labels: Float64Array, seed: number, purpose: Purpose): Model {
    const boosters: Booster[] = [];
    try {
      boosters.push(this.#train(fitsMeanOnly(purpose) ? regressorRecipe : rankerRecipe, table, labels, seed));
      for (let i = 0; purpose === 'both' && i < (this.options.members ?? MEMBERS); i++) {
        const [sample, sampleLabels] = bootstrap(table, labels, seed, i);
        boosters.push(this.#train(regressorRecipe, sample, sampleLabels, seed + 1 + i));
      }
    } catch (error) {
      for (const booster of boosters) booster.dispose();
      throw error;
    }
    return new BoostedModel(boosters);
  }

  load(folder: string, name: string, purpose: Purpose): Model {
    const boosters = [readBooster(modelFile(folder, name))];
    try {
      // imported models have no ensemble
      const first = modelFile(folder, `${name}-mean-1`);
      const members = purpose === 'both' && existsSync(first) ? (this.options.members ?? MEMBERS) : 0;
      for (let i = 1; i <= members; i++) boosters.push(readBooster(modelFile(folder, `${name}-mean-${i}`)));
    } catch (error) {
      for (const booster of boosters) booster.dispose();
      throw error;
    }
    return new BoostedModel(boosters);
  }

  #train({ rounds, parameters }: ModelRecipe, table: FeatureTable, labels: Float64Array, seed: number): Booster {
    return Booster.train(table, Float32Array.from(labels), this.options.rounds ?? rounds, { ...parameters, seed });
  }
}

/** The first booster orders (and measures, if it is alone, of unknown deviation); the others are the ensemble. */
class BoostedModel implements Model {
  constructor(private readonly boosters: readonly Booster[]) {}

  get features(): number {
    return this.boosters[0]!.features;
  }

  predict(table: FeatureTable): Belief {
    const [score, ...members] = Booster.predictAll(this.boosters, table) as [Float32Array, ...Float32Array[]];
    if (members.length > 1) return { score, ...meanAndDeviation(members) };
    return { score, mean: score, deviation: new Float64Array(table.rows).fill(Number.NaN) };
  }

  save(folder: string, name: string): void {
    const [first, ...members] = this.boosters as [Booster, ...Booster[]];
    writeFileAtomic(modelFile(folder, name), first.toJson());
    for (const [i, member] of members.entries())
      writeFileAtomic(modelFile(folder, `${name}-mean-${i + 1}`), member.toJson());
  }

  dispose(): void {
    for (const booster of this.boosters) booster.dispose();
  }
}

/** As many rows, drawn with replacement. */
function bootstrap(
  { values, rows, cols }: FeatureTable,
  labels: Float64Array,
  seed: number,
  member: number,
): [FeatureTable, Float64Array] {
  const rng = createRng(seed, `surrogate/xgboost/bootstrap/${member}`);
  const chosen = Array.from({ length: rows }, () => rng.int(0, rows));
  const sample = new Float32Array(rows * cols);
  for (const [i, row] of chosen.entries()) sample.set(values.subarray(row * cols, (row + 1) * cols), i * cols);
  return [{ values: sample, rows, cols }, Float64Array.from(chosen, (row) => labels[row]!)];
}

function readBooster(file: string): Booster {
  const bytes = readSurrogateFile(file);
  try {
    return Booster.fromBytes(bytes);
  } catch (error) {
    return fail(
      'SURROGATE_INVALID',
      'The model cannot be read.',
      { source: file, found: (error as Error).message },
      error,
    );
  }
}

function modelFile(folder: string, name: string): string {
  return join(folder, `xgboost-${name}.json`);
}
