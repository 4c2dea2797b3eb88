import { parseWith } from '../config/index.js';
import type { Model } from '../nn/index.js';
import type { TrainingHistory } from './history.js';
import { type DigitalTrainingOptions, digitalTrainingSchema } from './options.js';
import { type TrainingContext, type TrainingData, train } from './train.js';

/**
 * Trains a model in place, in floating point.
 *
 * @param options as in the section `training.digital` of a configuration; what is absent takes its default
 * @throws AbortError, TRAINING_DIVERGED; before any step CONFIG_INVALID when an option is unknown or out of range,
 *   DATA_INVALID when there are no images, or labels or pixels are missing
 * @example
 * const history = await trainDigital(model, data, { epochs: 10 }, { rng: createRng(1).child('digital') });
 */
export async function trainDigital(
  model: Model,
  data: TrainingData,
  options: DigitalTrainingOptions,
  context: TrainingContext,
): Promise<TrainingHistory> {
  const recipe = parseWith(digitalTrainingSchema, options, 'the options of trainDigital');
  return train(model, data, recipe, context, { mode: 'digital' });
}
