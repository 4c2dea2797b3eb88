import { Model, type NetworkGraph } from '../../nn/index.js';
import { createRng } from '../../tensor/index.js';
import { randomBatch } from './random-batch.js';

/** Inputs, and draws of the noise. */
const [INPUTS, DRAWS] = [16, 4];

/** Standard deviation of the noise relative to a matrix' largest weight: that of hardware-aware training. */
const NOISE = 0.06;

/**
 * How far weight noise moves the outputs of an untrained network: mean squared change of the logits over their variance
 * between inputs. Batch norm uses the statistics of the batch, so that the depth of a network does not blow up its scale.
 *
 * @returns the decimal logarithm; lower is more robust
 */
export function noiseSensitivity(graph: NetworkGraph, seed: number): number {
  const rng = createRng(seed, 'zero-cost/noise');
  const model = Model.create(graph, rng.child('weights'));
  const inputs = randomBatch(graph, INPUTS, rng.child('inputs'));
  const run = (each: Model): Float32Array => {
    const logits = each.forward(inputs, { training: true, rng: rng.child('pass') });
    const values = logits.dataSync() as Float32Array;
    logits.dispose();
    return values;
  };
  const weights = model.exportWeights();
  const clean = run(model);
  model.dispose();
  let change = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    const noise = rng.child(`draw/${draw}`);
    const noisy = Object.entries(weights).map(([name, { shape, data }]) => {
      if (shape.length < 2) return [name, { shape, data }] as const;
      const scale = NOISE * data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return [name, { shape, data: data.map((value) => value + noise.normal(0, scale)) }] as const;
    });
    const changed = Model.fromWeights(graph, Object.fromEntries(noisy));
    change += meanOf(run(changed), (value, i) => (value - clean[i]!) ** 2) / DRAWS;
    changed.dispose();
  }
  inputs.dispose();
  const variance = varianceBetweenInputs(clean);
  return variance === 0 || change === 0 ? 0 : Math.log10(change / variance);
}

/** Variance of each logit over the inputs, averaged over the logits. */
function varianceBetweenInputs(values: Float32Array): number {
  const logits = values.length / INPUTS;
  const means = new Float64Array(logits);
  for (const [i, value] of values.entries()) means[i % logits] = means[i % logits]! + value / INPUTS;
  return meanOf(values, (value, i) => (value - means[i % logits]!) ** 2);
}

function meanOf(values: Float32Array, term: (value: number, i: number) => number): number {
  return values.reduce((sum, value, i) => sum + term(value, i), 0) / values.length;
}
