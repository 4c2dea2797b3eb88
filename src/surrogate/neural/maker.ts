import { join } from 'node:path';
import { z } from 'zod';
import { createRng } from '../../tensor/index.js';
import { meanAndDeviation } from '../ensemble.js';
import { fromScores, type LabelWarp, labelWarp, toScores } from '../label-warp.js';
import type { Belief, Model, ModelMaker } from '../model.js';
import { readModelFile, writeModelFile } from '../model-file.js';
import type { FeatureTable } from '../xgboost/booster.js';
import { fitNetwork, type Network, type NetworkOptions, runNetwork } from './network.js';

/** How an ensemble of networks is fitted. */
export interface NetworkEnsembleOptions extends Partial<NetworkOptions> {
  /** Networks, which differ in initial weights and the order of rows. */
  readonly members?: number;
}

const defaults: NetworkOptions & { members: number } = {
  members: 5,
  hidden: 16,
  steps: 250,
  batch: 32,
  rate: 0.02,
  decay: 0.1,
};

const numbers = z.array(z.number());
const arrays = numbers.transform((list) => Float64Array.from(list));

const fileSchema = z.strictObject({
  kind: z.literal('mlp'),
  warp: z.strictObject({ labels: numbers, scores: numbers }),
  least: arrays,
  range: arrays,
  members: z.array(z.strictObject({ inputs: z.int(), hidden: z.int(), weights: arrays })).min(2),
});

/** Scales of inputs and labels, and the fitted networks. */
interface State {
  readonly warp: LabelWarp;
  readonly least: Float64Array;
  readonly range: Float64Array;
  readonly members: readonly Network[];
}

/** Ensembles of small networks, as in BANANAS (White et al. 2021): the mean orders, the spread is the uncertainty. */
export class NetworkEnsembleMaker implements ModelMaker {
  readonly engine = 'mlp 1';
  readonly #options: NetworkOptions & { members: number };

  constructor(options: NetworkEnsembleOptions = {}) {
    this.#options = { ...defaults, ...options };
  }

  fit(table: FeatureTable, labels: Float64Array, seed: number): Model {
    const warp = labelWarp(labels);
    const y = toScores(warp, labels);
    const { least, range } = columnBounds(table);
    const x = toUnit(table, least, range);
    // equal labels come back from the warp whatever the networks say
    const steps = warp.labels.length === 1 ? 0 : this.#options.steps;
    const members = Array.from({ length: this.#options.members }, (_, i) =>
      fitNetwork(x, y, { ...this.#options, steps }, createRng(seed, `surrogate/mlp/${i}`)),
    );
    return new NetworkEnsemble({ warp, least, range, members });
  }

  load(folder: string, name: string): Model {
    return new NetworkEnsemble(readModelFile(modelFile(folder, name), fileSchema));
  }
}

class NetworkEnsemble implements Model {
  constructor(private readonly state: State) {}

  get features(): number {
    return this.state.least.length;
  }

  predict(table: FeatureTable): Belief {
    const { warp, least, range, members } = this.state;
    const x = toUnit(table, least, range);
    const { mean, deviation } = meanAndDeviation(members.map((member) => runNetwork(member, x)));
    return { score: mean, ...fromScores(warp, mean, deviation) };
  }

  save(folder: string, name: string): void {
    writeModelFile(modelFile(folder, name), { kind: 'mlp', ...this.state });
  }

  dispose(): void {}
}

function columnBounds({ values, rows, cols }: FeatureTable): { least: Float64Array; range: Float64Array } {
  const least = new Float64Array(cols).fill(Number.POSITIVE_INFINITY);
  const range = new Float64Array(cols).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < rows * cols; i++) {
    least[i % cols] = Math.min(least[i % cols]!, values[i]!);
    range[i % cols] = Math.max(range[i % cols]!, values[i]!);
  }
  return { least, range: range.map((most, c) => most - least[c]!) };
}

/** Inputs from 0 to 1 over the training rows; columns that never vary are 0. */
function toUnit({ values, rows, cols }: FeatureTable, least: Float64Array, range: Float64Array): Float64Array {
  const x = new Float64Array(rows * cols);
  for (let i = 0; i < x.length; i++) {
    const c = i % cols;
    x[i] = range[c]! > 0 ? (values[i]! - least[c]!) / range[c]! : 0;
  }
  return x;
}

function modelFile(folder: string, name: string): string {
  return join(folder, `mlp-${name}.json`);
}
