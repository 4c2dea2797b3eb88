import type { Model } from '../nn/index.js';
import type { TrainingHistory } from './history.js';
import type { DigitalTraining } from './options.js';
import { type TrainingContext, type TrainingData, train } from './train.js';

/**
 * Trains a model in place, in floating point.
 *
 * @throws AbortError, TRAINING_DIVERGED
 * @example
 * const options = digitalTrainingSchema.parse({ epochs: 10 });
 * const history = await trainDigital(model, data, options, { rng: createRng(1).child('digital') });
 */
export async function trainDigital(
  model: Model,
  data: TrainingData,
  options: DigitalTraining,
  context: TrainingContext,
): Promise<TrainingHistory> {
  return train(model, data, options, context, { mode: 'digital' });
}
