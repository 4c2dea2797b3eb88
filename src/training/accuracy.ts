import { fail } from '../config/index.js';
import { type ImageSet, type Normalisation, orderedBatches, requireImages, toTensor } from '../data/index.js';
import { tf } from '../tensor/index.js';
import { breathe } from './abort.js';
import { hits } from './gradient-step.js';

/** Options of {@link accuracy}. */
export interface AccuracyOptions {
  /** Images per forward pass; 64 if absent. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Share 0..1 of the images of a set whose largest output is that of their label.
 *
 * @param predict outputs [n, classes] of images [n, h, w, c]; told the number of the batch, so that it can give each
 *   batch a random stream of its own
 * @throws AbortError when the signal is aborted; USAGE when the batch size is not a whole number >= 1; DATA_INVALID when
 *   there are no images, or labels or pixels are missing; TRAINING_DIVERGED when an image has an output that is NaN, or a
 *   largest one that is not finite (single outputs of -Infinity, as logarithms of 0, may stand beside others)
 * @example await accuracy((x) => model.predict(x), data.validation, data.normalise)
 */
export async function accuracy(
  predict: (x: tf.Tensor4D, batch: number) => tf.Tensor,
  set: ImageSet,
  normalise: Normalisation,
  { batchSize = 64, signal }: AccuracyOptions = {},
): Promise<number> {
  requireImages(set, 'images');
  let correct = 0;
  let batch = 0;
  for (const indices of orderedBatches(set.count, batchSize)) {
    const { x, labels } = toTensor(set, indices, normalise);
    const outputs = predict(x, batch++);
    const winners = tf.argMax(outputs, -1);
    try {
      requireWinners(await outputs.data(), indices.length);
      correct += hits(await winners.data(), await labels.data());
    } finally {
      tf.dispose([x, labels, outputs, winners]);
    }
    await breathe(signal);
  }
  return correct / set.count;
}

/** Refuses outputs of a batch among which some image has no largest one: they would count as its first class. */
function requireWinners(outputs: ArrayLike<number>, images: number): void {
  const classes = outputs.length / images;
  for (let image = 0; image < images; image++) {
    let largest = Number.NEGATIVE_INFINITY;
    // Math.max passes NaN on
    for (let i = image * classes; i < (image + 1) * classes; i++) largest = Math.max(largest, outputs[i]!);
    if (!Number.isFinite(largest)) refuseOutput(largest);
  }
}

function refuseOutput(found: number): never {
  return fail('TRAINING_DIVERGED', 'An accuracy cannot be told: the outputs of the network are no longer numbers.', {
    found: `a largest output of ${found}`,
    accepted: 'finite outputs',
    hint: 'a lower learning rate; for a network from elsewhere, look for weights and pixels that are not finite',
  });
}
