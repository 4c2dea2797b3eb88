import { fail } from '../config/index.js';
import {
  type Augmentation,
  augmentBatch,
  batchesPerEpoch,
  type ImageSet,
  imageSize,
  labelTensor,
  type Normalisation,
  requireImages,
  shuffledBatches,
} from '../data/index.js';
import type { Model } from '../nn/index.js';
import { type Rng, SgdMomentum, tf } from '../tensor/index.js';
import { breathe } from './abort.js';
import { accuracy } from './accuracy.js';
import { gradientStep } from './gradient-step.js';
import type { EpochRecord, StepRecord, TrainingHistory } from './history.js';
import { kernelNames } from './kernel-names.js';
import { learningRateAt, type Schedule } from './schedule.js';

/** Images to train with. A `TaskData` is one. */
export interface TrainingData {
  readonly train: ImageSet;
  readonly normalise: Normalisation;
}

/** What a training needs besides its options. */
export interface TrainingContext {
  /** Source of all chance: order, augmentation, noise and dropout each draw from streams of their own. */
  readonly rng: Rng;
  readonly signal?: AbortSignal | undefined;
  /** Images to test with after each epoch. */
  readonly validation?: ImageSet | undefined;
  readonly onStep?: ((step: StepRecord) => void) | undefined;
  readonly onEpoch?: ((epoch: EpochRecord) => void) | undefined;
}

/** Options that every training by gradients has. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  readonly decayAll: boolean;
  readonly schedule: Schedule;
  readonly warmupEpochs: number;
  readonly labelSmoothing: number;
  readonly augment: Augmentation;
}

/** How a mode of training differs from another. */
export interface TrainingMode {
  readonly mode: 'digital' | 'hwa';
  /** Prepares the model for an epoch, counted from 1. */
  readonly beforeEpoch?: (epoch: number) => void;
  /** Changes weights after each update. */
  readonly afterStep?: () => void;
}

/**
 * Trains a model in place by stochastic gradient descent with momentum.
 *
 * @throws AbortError when the signal is aborted; TRAINING_DIVERGED as soon as the loss is no longer a number;
 *   DATA_INVALID when there are no images to train or validate with, or labels or pixels are missing
 */
export async function train(
  model: Model,
  data: TrainingData,
  options: TrainingOptions,
  context: TrainingContext,
  mode: TrainingMode,
): Promise<TrainingHistory> {
  requireImages(data.train, 'training images');
  if (context.validation !== undefined) requireImages(context.validation, 'validation images');
  const run = new TrainingRun(model, data, options, context, mode);
  try {
    for (let epoch = 1; epoch <= options.epochs; epoch++) await run.epoch(epoch);
  } finally {
    run.dispose();
  }
  return { epochs: run.records };
}

class TrainingRun {
  readonly records: EpochRecord[] = [];
  readonly #variables: tf.Variable[];
  readonly #optimizer: SgdMomentum;
  readonly #decays: boolean[];
  readonly #buffer: Float32Array;
  readonly #totalSteps: number;
  #step = 0;

  constructor(
    readonly model: Model,
    readonly data: TrainingData,
    readonly options: TrainingOptions,
    readonly context: TrainingContext,
    readonly mode: TrainingMode,
  ) {
    const { train: set } = data;
    const { batchSize, epochs } = options;
    this.#variables = model.trainable();
    this.#decays = decayedVariables(model, this.#variables, options.decayAll);
    this.#optimizer = new SgdMomentum({ momentum: options.momentum, nesterov: options.nesterov });
    this.#buffer = new Float32Array(Math.min(batchSize, set.count) * imageSize(set.shape));
    this.#totalSteps = epochs * batchesPerEpoch(set.count, batchSize);
  }

  async epoch(epoch: number): Promise<void> {
    this.mode.beforeEpoch?.(epoch);
    const rng = this.context.rng.child(`epoch/${epoch}`);
    const { count } = this.data.train;
    let loss = 0;
    let correct = 0;
    let seen = 0;
    let batch = 0;
    for (const indices of shuffledBatches(count, this.options.batchSize, rng.child('order'))) {
      const step = await this.#trainOn(indices, rng.child(`batch/${batch++}`));
      loss += step.loss * indices.length;
      correct += step.correct;
      seen += indices.length;
      await breathe(this.context.signal);
    }
    const record: EpochRecord = {
      epoch,
      loss: loss / seen,
      accuracy: correct / seen,
      learningRate: this.#learningRate(this.#step - 1),
      ...(await this.#validate()),
    };
    this.records.push(record);
    this.context.onEpoch?.(record);
  }

  async #trainOn(indices: Int32Array, rng: Rng): Promise<{ loss: number; correct: number }> {
    const { train: set, normalise } = this.data;
    const pixels = augmentBatch(set, indices, normalise, this.options.augment, rng.child('augment'), this.#buffer);
    const x = tf.tensor4d(pixels, [indices.length, ...set.shape]);
    const labels = labelTensor(set, indices);
    const labelValues = Array.from(indices, (index) => set.labels[index]!);
    const forward = () => this.model.forward(x, { mode: this.mode.mode, training: true, rng: rng.child('noise') });
    const variables = [...this.#variables, ...this.model.peripheryVariables()];
    const step = await gradientStep(forward, labels, labelValues, variables, this.options.labelSmoothing);
    try {
      this.#assertFinite(step.loss);
      this.#update(variables, step.gradients);
    } finally {
      tf.dispose([x, labels, step.gradients]);
    }
    this.#step++;
    this.context.onStep?.({ step: this.#step, totalSteps: this.#totalSteps, loss: step.loss });
    return step;
  }

  /** Variables beyond the model's own, input ranges and the steps of quantisers, do not decay. */
  #update(variables: readonly tf.Variable[], gradients: readonly tf.Tensor[]): void {
    const learningRate = this.#learningRate(this.#step);
    for (const decayed of [true, false]) {
      const chosen = [...variables.keys()].filter((i) => (this.#decays[i] ?? false) === decayed);
      const weightDecay = decayed ? this.options.weightDecay : 0;
      this.#optimizer.step(
        chosen.map((i) => variables[i]!),
        chosen.map((i) => gradients[i]!),
        { learningRate, weightDecay },
      );
    }
    this.mode.afterStep?.();
  }

  #learningRate(step: number): number {
    const { warmupEpochs, epochs } = this.options;
    const warmupSteps = Math.round((warmupEpochs / epochs) * this.#totalSteps);
    return learningRateAt(step, { ...this.options, totalSteps: this.#totalSteps, warmupSteps });
  }

  #assertFinite(loss: number): void {
    if (Number.isFinite(loss)) return;
    fail('TRAINING_DIVERGED', 'The training diverged: its loss is no longer a number.', {
      path: `training.${this.mode.mode}.learningRate`,
      found: `a loss of ${loss} at step ${this.#step + 1} of ${this.#totalSteps}, learning rate ${this.options.learningRate}`,
      hint: 'a lower learning rate, or some warmupEpochs',
    });
  }

  async #validate(): Promise<{ validationAccuracy?: number }> {
    const { validation, signal } = this.context;
    if (validation === undefined) return {};
    const predict = (x: tf.Tensor4D) => this.model.predict(x);
    return { validationAccuracy: await accuracy(predict, validation, this.data.normalise, { signal }) };
  }

  dispose(): void {
    this.#optimizer.dispose();
  }
}

/** For each variable whether weight decay acts on it: by default on kernels, not on biases and the parameters of norms. */
function decayedVariables(model: Model, variables: readonly tf.Variable[], all: boolean): boolean[] {
  const names = new Map([...model.weights].map(([name, variable]) => [variable.id, name]));
  const kernels = kernelNames(model.graph);
  return variables.map((variable) => all || kernels.has(names.get(variable.id) ?? ''));
}
