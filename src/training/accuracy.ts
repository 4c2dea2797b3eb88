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
 *   there are no images, or labels or pixels are missing
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
    correct += hits(await winners.data(), await labels.data());
    tf.dispose([x, labels, outputs, winners]);
    await breathe(signal);
  }
  return correct / set.count;
}
