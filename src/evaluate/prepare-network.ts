import { fail } from '../config/index.js';
import type { CrossbarConfig } from '../crossbar/index.js';
import {
  type ImageRequest,
  type ImageSet,
  loadImages,
  type Normalisation,
  orderedBatches,
  toTensor,
} from '../data/index.js';
import { type InputRangeOptions, type Model, showShape } from '../nn/index.js';
import { tf } from '../tensor/index.js';
import { openTrainedNetwork } from './trained-network.js';

/** A trained network and the images it is to be measured on. */
export interface NetworkRequest {
  /** An ONNX file or the folder of an exported model. */
  readonly network: string;
  readonly images: ImageRequest;
  /** How images are normalised; by default what the network's own file says, else pixels / 255 as they are. */
  readonly normalise?: Normalisation | undefined;
}

/** A network with images that it can take. The owner disposes the model. */
export interface PreparedNetwork {
  readonly name: string;
  readonly model: Model;
  readonly images: ImageSet;
  readonly normalise: Normalisation;
  /** Training images of the same kind, where there are any. */
  readonly training: ImageSet | undefined;
  /** What must be known beside every result. */
  readonly notes: readonly string[];
}

/**
 * Opens a network and its images and makes sure that they belong together. The backend must be in use.
 *
 * @throws MODEL_INVALID, CONFIG_*, DATA_*, USAGE
 * @example
 * const network = await prepareNetwork({ network: 'net.onnx', images: { task: 'cifar10', count: 1000 } });
 */
export async function prepareNetwork(request: NetworkRequest): Promise<PreparedNetwork> {
  const { name, model, normalise: known } = await openTrainedNetwork(request.network, request.normalise);
  const { task, images, training, notes } = await loadImages(request.images);
  const normalise = known ?? plainPixels(images.shape[2]);
  checkNormalisation(normalise, images.shape[2]);
  checkInputs(model, images, request.network);
  checkOutputs(model, images, task.classes.length, request.network);
  return {
    name,
    model,
    images,
    normalise,
    training,
    notes:
      known === undefined
        ? [...notes, 'pixels / 255 without further normalisation; --mean and --std change that']
        : notes,
  };
}

function plainPixels(channels: number): Normalisation {
  return { mean: Array<number>(channels).fill(0), std: Array<number>(channels).fill(1) };
}

function checkNormalisation({ mean, std }: Normalisation, channels: number): void {
  if (mean.length === channels && std.length === channels) return;
  fail('USAGE', 'Images are normalised by one mean and one deviation per channel.', {
    source: '--mean, --std',
    found: `${mean.length} means, ${std.length} deviations`,
    accepted: `${channels} of each`,
  });
}

function checkInputs(model: Model, images: ImageSet, source: string): void {
  const [input] = model.graph.nodes;
  const { shape } = input as { readonly shape: readonly number[] };
  if (shape.join() === images.shape.join()) return;
  fail('MODEL_INVALID', 'The network takes other inputs than these images.', {
    source,
    found: `inputs of ${showShape(shape)} (rows, columns, channels)`,
    accepted: showShape(images.shape),
  });
}

function checkOutputs(model: Model, images: ImageSet, classes: number, source: string): void {
  const result = model.predict(tf.zeros([1, ...images.shape]));
  const outputs = result.shape.slice(1);
  result.dispose();
  if (outputs.length === 1 && outputs[0]! >= classes) return;
  fail('MODEL_INVALID', 'The network does not tell as many classes apart as the images have.', {
    source,
    found: `outputs of ${showShape(outputs)}`,
    accepted: `${classes} values per image`,
  });
}

/** True where a crossbar's DACs have a fixed range that its configuration leaves to be found from data. */
export function needsInputRanges({ prePost: { inputRange } }: CrossbarConfig): boolean {
  const { enable, learnInputRange, initFromData, initValue } = inputRange;
  return enable && !learnInputRange && initFromData === 0 && initValue === 3;
}

/** Training images (the measured ones where there are no others) in batches, each freed when the next is asked for. */
export function* calibrationBatches({ images, normalise, training }: PreparedNetwork): Generator<tf.Tensor> {
  const seen = training ?? images;
  for (const indices of orderedBatches(seen.count, 64)) {
    const { x, labels } = toTensor(seen, indices, normalise);
    labels.dispose();
    yield x;
    x.dispose();
  }
}

/**
 * Finds the input range of every matrix of a network on training images (on the images themselves where there are no
 * others) and keeps them in its model. Returns what must be said about that.
 */
export function findInputRanges(network: PreparedNetwork, options: InputRangeOptions = {}): string {
  const { model, images, training } = network;
  const seen = training ?? images;
  model.useInputRanges(model.calibrateInputRanges(calibrationBatches(network), options));
  const kind = training === undefined ? 'of the measured images themselves' : 'of training images';
  return `input ranges from the activations ${kind} (${seen.count})`;
}
