import type { CrossbarConfig } from '../../crossbar/index.js';
import { type TaskData, toTensor } from '../../data/index.js';
import { Model } from '../../nn/index.js';
import type { Rng, tf } from '../../tensor/index.js';
import { type HwaTraining, trainHwa } from '../../training/index.js';
import type { TrialSpec } from '../trial-spec.js';
import type { Inheritance } from './inheritance.js';
import { readSupernet, type SupernetState } from './supernet-file.js';

/** A model with inherited weights. */
export interface InheritedModel {
  readonly model: Model;
  /** Share 0..1 of the weights that the supernet did not have. */
  readonly freshShare: number;
}

/** A model with the weights that a supernet has for it; batch norm statistics are its own, from training images. */
export function inheritModel(
  { graph, inherit, hwa }: Pick<TrialSpec, 'graph' | 'hwa'> & { readonly inherit: Inheritance },
  data: TaskData,
  rng: Rng,
): InheritedModel {
  const { shared } = cachedSupernet(inherit);
  const { weights, freshShare } = shared.inherit({ graph, positions: inherit.positions }, rng.child('fresh'));
  const model = Model.fromWeights(graph, weights);
  model.recalibrateBatchNorm(calibrationBatches(data, inherit.calibrationImages, hwa.batchSize, rng));
  return { model, freshShare };
}

/** Input ranges for the crossbars, then batch norm statistics under their noise, as fine-tuning would leave them. */
export async function fitToCrossbars(
  model: Model,
  data: TaskData,
  hwa: HwaTraining,
  crossbar: CrossbarConfig,
  { calibrationImages }: Inheritance,
  rng: Rng,
): Promise<void> {
  await trainHwa(model, data, { ...hwa, epochs: 0, warmupEpochs: 0 }, crossbar, { rng: rng.child('ranges') });
  const batches = calibrationBatches(data, calibrationImages, hwa.batchSize, rng);
  model.recalibrateBatchNorm(batches, { mode: 'hwa', rng: rng.child('noise') });
}

/** Unaugmented training images, chosen by the stream; each batch is freed when the next is asked for. */
function* calibrationBatches(data: TaskData, images: number, batchSize: number, rng: Rng): Generator<tf.Tensor> {
  const order = rng
    .child('images')
    .shuffle([...data.train.labels.keys()])
    .slice(0, images);
  for (let start = 0; start < order.length; start += batchSize) {
    const { x, labels } = toTensor(data.train, order.slice(start, start + batchSize), data.normalise);
    yield x;
    x.dispose();
    labels.dispose();
  }
}

/** The supernet of the last trial: a worker reads it once for all trials of a run. */
let loaded: SupernetState | undefined;

function cachedSupernet({ file, sha256 }: Inheritance): SupernetState {
  if (loaded?.sha256 !== sha256) loaded = readSupernet(file);
  return loaded;
}
