import { existsSync } from 'node:fs';
import { contentHash, fail } from '../../config/index.js';
import type { CrossbarConfig } from '../../crossbar/index.js';
import {
  augmentBatch,
  batchesPerEpoch,
  imageSize,
  labelTensor,
  shuffledBatches,
  type TaskData,
} from '../../data/index.js';
import { type InputRanges, Model } from '../../nn/index.js';
import type { Architecture, SearchSpace } from '../../space/index.js';
import { type Rng, tf } from '../../tensor/index.js';
import { breathe, type DigitalTraining, gradientStep, type HwaTraining, learningRateAt } from '../../training/index.js';
import { programFingerprint } from '../program-fingerprint.js';
import type { SupernetOptions } from './options.js';
import { SharedGradients } from './shared-gradients.js';
import { SharedWeights, type Subnet, sharedKernels, sharedName } from './shared-weights.js';
import { readSupernet, type SupernetState, writeSupernet } from './supernet-file.js';

/** What a supernet is trained on and with. */
export interface SupernetRequest {
  readonly space: SearchSpace;
  /** Architectures that must find their weights in it, besides those that are drawn. */
  readonly including: readonly Architecture[];
  readonly data: TaskData;
  /** Stands for the images. */
  readonly fingerprint: string;
  readonly crossbar: CrossbarConfig;
  readonly options: SupernetOptions;
  readonly digital: DigitalTraining;
  readonly hwa: HwaTraining;
  readonly rng: Rng;
  /** Where it is kept: after each epoch while it is trained, and in the end. */
  readonly file: string;
  readonly signal?: AbortSignal | undefined;
  /** Hears which part of the training is done, 0..1. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Images of a batch that the input ranges of a network are found on before each of its steps. */
const rangeImages = 16;

/** A network of a space as the supernet sees it. */
export function subnetOf(space: SearchSpace, architecture: Architecture): Subnet {
  const graph = space.build(architecture);
  const positions = graph.nodes.flatMap(({ id }) => {
    const position = space.weightPosition?.(architecture, id) ?? id;
    return position === id ? [] : [[id, position] as const];
  });
  return { graph, positions: Object.fromEntries(positions) };
}

/**
 * Trains one network that holds the weights of all architectures of a space (Cai et al., "Once-for-All", 2020; the
 * sandwich rule is Yu and Huang's, "Universally Slimmable Networks", 2019): first in floating point, then with the noise
 * and quantisation of the crossbars in the forward pass. In each step the gradients of some networks meet at the weights
 * that they share. A training that was interrupted goes on at its last epoch and ends with the same bits.
 *
 * @returns the hash of its values
 * @throws AbortError, TRAINING_DIVERGED, RUN_DAMAGED
 */
export async function trainSupernet(request: SupernetRequest): Promise<string> {
  const training = new SupernetTraining(request);
  const { digitalEpochs, hwaEpochs } = request.options;
  for (let epoch = training.epochs; epoch < digitalEpochs + hwaEpochs; epoch++) await training.epoch(epoch);
  return training.sha256;
}

class SupernetTraining {
  readonly #request: SupernetRequest;
  /** From the smallest to the largest. */
  readonly #pool: readonly Architecture[];
  readonly #kernels: ReadonlySet<string>;
  readonly #inputs: string;
  #state: SupernetState;

  constructor(request: SupernetRequest) {
    this.#request = request;
    const { space, including, options, rng, file } = request;
    this.#pool = drawPool(space, including, options.draws, rng.child('pool'));
    const subnets = this.#pool.map((architecture) => subnetOf(space, architecture));
    this.#kernels = sharedKernels(subnets);
    this.#inputs = contentHash(this.#describe());
    const known = existsSync(file) ? readSupernet(file) : undefined;
    if (known !== undefined && known.inputs === this.#inputs) {
      this.#state = known;
    } else {
      const shared = SharedWeights.for(subnets, rng.child('weights'));
      this.#state = { inputs: this.#inputs, epochs: 0, bounds: {}, shared, sha256: '' };
    }
  }

  get epochs(): number {
    return this.#state.epochs;
  }

  get sha256(): string {
    return this.#state.sha256;
  }

  /** One pass over the training images, kept on the disk. */
  async epoch(epoch: number): Promise<void> {
    const { options, data, digital, hwa, rng, signal, onProgress, file } = this.#request;
    const noisy = epoch >= options.digitalEpochs;
    if (epoch === options.digitalEpochs) this.#beginNoise();
    const recipe = noisy ? hwa : digital;
    const epochs = noisy ? options.hwaEpochs : options.digitalEpochs;
    const first = noisy ? epoch - options.digitalEpochs : epoch;
    const stream = rng.child(`epoch/${epoch}`);
    const perEpoch = batchesPerEpoch(data.train.count, recipe.batchSize);
    let batch = 0;
    for (const indices of shuffledBatches(data.train.count, recipe.batchSize, stream.child('order'))) {
      const learningRate = learningRateAt(first * perEpoch + batch, {
        ...recipe,
        totalSteps: epochs * perEpoch,
        warmupSteps: Math.round(recipe.warmupEpochs * perEpoch),
      });
      await this.#step(indices, noisy, learningRate, stream.child(`batch/${batch}`));
      batch++;
      await breathe(signal);
      onProgress?.((epoch + batch / perEpoch) / (options.digitalEpochs + options.hwaEpochs));
    }
    const last = epoch + 1 === options.digitalEpochs + options.hwaEpochs;
    this.#state = { ...this.#state, epochs: epoch + 1 };
    this.#state = { ...this.#state, sha256: writeSupernet(file, this.#state, !last) };
  }

  /** Fine-tuning begins: momentum anew, and kernels held to some deviations of what they are now. */
  #beginNoise(): void {
    const { clipSigma } = this.#request.hwa;
    const bounds: Record<string, number> = {};
    for (const [name, { data, velocity }] of this.#state.shared.tensors) {
      velocity.fill(0);
      if (clipSigma > 0 && this.#kernels.has(name)) bounds[name] = clipSigma * deviation(data);
    }
    this.#state = { ...this.#state, bounds };
  }

  async #step(indices: Int32Array, noisy: boolean, learningRate: number, rng: Rng): Promise<void> {
    const { data, digital, hwa } = this.#request;
    const recipe = noisy ? hwa : digital;
    const pixels = augmentBatch(
      data.train,
      indices,
      data.normalise,
      recipe.augment,
      rng.child('augment'),
      this.#pixels(indices.length),
    );
    const x = tf.tensor4d(pixels, [indices.length, ...data.train.shape]);
    const labels = labelTensor(data.train, indices);
    const labelValues = Array.from(indices, (index) => data.train.labels[index]!);
    const gradients = new SharedGradients(this.#state.shared);
    try {
      for (const [i, architecture] of this.#choose(rng.child('choice')).entries()) {
        await this.#backward(architecture, { x, labels, labelValues }, noisy, gradients, rng.child(`subnet/${i}`));
      }
    } finally {
      tf.dispose([x, labels]);
    }
    gradients.step({ ...recipe, learningRate, kernels: this.#kernels, bounds: noisy ? this.#state.bounds : {} });
  }

  /** Room for the pixels of a batch. */
  #pixels(images: number): Float32Array {
    return new Float32Array(images * imageSize(this.#request.data.train.shape));
  }

  /** The networks of one step. */
  #choose(rng: Rng): Architecture[] {
    const { sampling, subnets } = this.#request.options;
    const fixed = sampling === 'sandwich' ? [this.#pool.at(-1)!, this.#pool[0]!].slice(0, subnets) : [];
    return [...fixed, ...Array.from({ length: subnets - fixed.length }, () => rng.pick(this.#pool))];
  }

  async #backward(
    architecture: Architecture,
    { x, labels, labelValues }: { x: tf.Tensor4D; labels: tf.Tensor1D; labelValues: readonly number[] },
    noisy: boolean,
    gradients: SharedGradients,
    rng: Rng,
  ): Promise<void> {
    const { space, crossbar, digital, hwa } = this.#request;
    const subnet = subnetOf(space, architecture);
    const model = Model.fromWeights(subnet.graph, this.#state.shared.inherit(subnet, rng.child('fresh')).weights);
    try {
      if (noisy) model.enableHwa(crossbar, inputRanges(model, x, hwa));
      const mode = noisy ? 'hwa' : 'digital';
      const forward = () => model.forward(x, { mode, training: true, rng: rng.child('noise') });
      const names = new Map([...model.weights].map(([name, variable]) => [variable.id, name]));
      const variables = model.trainable();
      const { labelSmoothing } = noisy ? hwa : digital;
      const step = await gradientStep(forward, labels, labelValues, variables, labelSmoothing);
      for (const [i, variable] of variables.entries()) {
        const gradient = await step.gradients[i]!.data();
        gradients.add(sharedName(subnet, names.get(variable.id)!), variable.shape, gradient);
      }
      tf.dispose(step.gradients);
      if (!Number.isFinite(step.loss)) this.#diverged(step.loss, mode);
    } finally {
      model.dispose();
    }
  }

  #diverged(loss: number, mode: 'digital' | 'hwa'): never {
    return fail('TRAINING_DIVERGED', 'The training of the supernet diverged: its loss is no longer a number.', {
      path: `training.${mode}.learningRate`,
      found: `a loss of ${loss} in epoch ${this.#state.epochs + 1}`,
      hint: 'a lower learning rate, or some warmupEpochs',
    });
  }

  #describe(): unknown {
    const { space, fingerprint, crossbar, options, digital, hwa, rng } = this.#request;
    const { check: _check, calibrationImages: _images, ...training } = options;
    const pool = this.#pool.map((architecture) => space.hash(architecture));
    const program = programFingerprint();
    return {
      program,
      pool,
      fingerprint,
      crossbar,
      training,
      digital,
      hwa,
      rng: rng.name,
      seed: rng.child('id').uint32(),
    };
  }
}

/** Architectures that the supernet is made for, from the smallest to the largest, each once. */
function drawPool(space: SearchSpace, including: readonly Architecture[], draws: number, rng: Rng): Architecture[] {
  const drawn = Array.from({ length: draws }, () => space.sample(rng));
  const byHash = new Map([...including, ...drawn].map((architecture) => [space.hash(architecture), architecture]));
  return [...byHash]
    .map(([hash, architecture]) => ({ hash, architecture, size: space.counts(architecture).parameters }))
    .sort((a, b) => a.size - b.size || (a.hash < b.hash ? -1 : 1))
    .map(({ architecture }) => architecture);
}

function inputRanges(model: Model, x: tf.Tensor4D, { inputRange }: HwaTraining): InputRanges {
  const { images: _images, ...method } = inputRange;
  const some = tf.slice(x, 0, Math.min(rangeImages, x.shape[0]));
  try {
    return model.calibrateInputRanges([some], { ...method, batchStatistics: true });
  } finally {
    some.dispose();
  }
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
