import { parseWith } from '../config/index.js';
import { type CrossbarConfig, hasQuantisedPeriphery } from '../crossbar/index.js';
import { requireImages, toTensor } from '../data/index.js';
import type { Model } from '../nn/index.js';
import type { Rng, tf } from '../tensor/index.js';
import { clipWeights } from './clip-weights.js';
import type { TrainingHistory } from './history.js';
import { type HwaTrainingOptions, hwaTrainingSchema } from './options.js';
import { type TrainingContext, type TrainingData, train } from './train.js';

/**
 * Fine-tunes a trained model for crossbars, in place: goes on training with the crossbars' noise and quantisation in
 * the forward pass and exact gradients (Rasch et al. 2023, DOI 10.1038/s41467-023-40770-4). Every step draws fresh noise.
 *
 * The input range of each layer is found before each epoch, so that it follows the activations: gradients pass straight
 * through a clipped input, so nothing pulls activations back into ranges that were set once. Where
 * the crossbar learns ranges (`prePost.inputRange.learnInputRange`) it is found once and then trained by AIHWKit's rule:
 * clipped inputs ask for a larger range, decay for a smaller one. The last ranges stay with the model, for
 * `model.toAnalog(crossbar)`. After each step weights are clipped by `clipSigma`, then by the crossbar's own `clip`.
 *
 * @throws AbortError, TRAINING_DIVERGED; CONFIG_INVALID for options out of range; DATA_INVALID for incomplete images
 * @example
 * const crossbar = resolveCrossbar('pcm-8bit-256');
 * await trainHwa(model, data, { epochs: 3 }, crossbar, { rng: createRng(1).child('hwa') });
 */
export async function trainHwa(
  model: Model,
  data: TrainingData,
  options: HwaTrainingOptions,
  crossbar: CrossbarConfig,
  context: TrainingContext,
): Promise<TrainingHistory> {
  const recipe = parseWith(hwaTrainingSchema, options, 'the options of trainHwa');
  requireImages(data.train, 'training images');
  const calibrate = () => {
    const { images, ...method } = recipe.inputRange;
    const batches = calibrationBatches(data, images, recipe.batchSize, context.rng.child('calibration'));
    model.enableHwa(crossbar, model.calibrateInputRanges(batches, method));
  };
  if (recipe.epochs === 0) {
    calibrate();
    if (hasQuantisedPeriphery(crossbar)) {
      const batches = calibrationBatches(
        data,
        recipe.inputRange.images,
        recipe.batchSize,
        context.rng.child('quantisers'),
      );
      model.calibrateQuantizationRanges(batches, crossbar, context.rng.child('quantiser-noise'));
    }
  }
  const clipOutliers = clipWeights(model, recipe.clipSigma);
  const afterStep = () => {
    clipOutliers();
    model.clipToCrossbar();
  };
  const beforeEpoch = (epoch: number) => {
    if (epoch === 1 || !crossbar.prePost.inputRange.learnInputRange) calibrate();
  };
  return train(model, data, recipe, context, { mode: 'hwa', beforeEpoch, afterStep });
}

/** Unaugmented training images, chosen by the stream; each batch is freed when the next is asked for. */
function* calibrationBatches(data: TrainingData, images: number, batchSize: number, rng: Rng): Generator<tf.Tensor> {
  const order = rng.shuffle([...data.train.labels.keys()]).slice(0, images);
  for (let start = 0; start < order.length; start += batchSize) {
    const { x, labels } = toTensor(data.train, order.slice(start, start + batchSize), data.normalise);
    yield x;
    x.dispose();
    labels.dispose();
  }
}
