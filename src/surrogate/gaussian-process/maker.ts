import { join } from 'node:path';
import { z } from 'zod';
import { fromScores, type LabelWarp, labelWarp, toScores } from '../label-warp.js';
import type { Belief, Model, ModelMaker, Purpose } from '../model.js';
import { readModelFile, writeModelFile } from '../model-file.js';
import type { FeatureTable } from '../xgboost/booster.js';
import {
  fitGaussianProcess,
  type GaussianProcessOptions,
  type GaussianProcessState,
  predictGaussianProcess,
} from './gaussian-process.js';

const numbers = z.array(z.number());
const arrays = numbers.transform((list) => Float64Array.from(list));

const fileSchema = z.strictObject({
  kind: z.literal('gp'),
  warp: z.strictObject({ labels: numbers, scores: numbers }),
  scale: z.strictObject({ mean: arrays, factor: arrays }),
  label: z.strictObject({ mean: z.number(), deviation: z.number() }),
  hyperparameters: z.strictObject({
    // features that never vary have none, and JSON has no infinity
    lengths: z
      .array(
        z
          .number()
          .nullable()
          .transform((length) => length ?? Number.POSITIVE_INFINITY),
      )
      .transform((list) => Float64Array.from(list)),
    signal: z.number().positive(),
    noise: z.number().positive(),
  }),
  z: arrays,
  used: z.array(z.int()),
  l: arrays,
  alpha: arrays,
});

/** Gaussian processes over normal scores of the labels ({@link labelWarp}), Matern 5/2 with a length scale per feature. */
export class GaussianProcessMaker implements ModelMaker {
  readonly engine = 'gp 1';

  constructor(private readonly options: GaussianProcessOptions = {}) {}

  fit(table: FeatureTable, labels: Float64Array, seed: number, purpose: Purpose): Model {
    const warp = labelWarp(labels);
    return new WarpedProcess(warp, fitGaussianProcess(table, toScores(warp, labels), seed, this.options), purpose);
  }

  load(folder: string, name: string, purpose: Purpose): Model {
    const { warp, kind: _, ...state } = readModelFile(modelFile(folder, name), fileSchema);
    return new WarpedProcess(warp, state, purpose);
  }
}

class WarpedProcess implements Model {
  constructor(
    private readonly warp: LabelWarp,
    private readonly state: GaussianProcessState,
    private readonly purpose: Purpose,
  ) {}

  get features(): number {
    return this.state.scale.mean.length;
  }

  predict(table: FeatureTable): Belief {
    const meanOnly = this.purpose === 'order' || this.purpose === 'amount';
    const { mean, deviation } = predictGaussianProcess(this.state, table, meanOnly);
    return { score: mean, ...fromScores(this.warp, mean, deviation) };
  }

  save(folder: string, name: string): void {
    writeModelFile(modelFile(folder, name), { kind: 'gp', warp: this.warp, ...this.state });
  }

  dispose(): void {}
}

function modelFile(folder: string, name: string): string {
  return join(folder, `gp-${name}.json`);
}
