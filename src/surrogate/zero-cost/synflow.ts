import { Model, type NetworkGraph } from '../../nn/index.js';
import { createRng, tf, valueAndGradients } from '../../tensor/index.js';

/** Decimal logarithm of the greatest number that the tensors hold: very deep networks flow beyond it. */
const MOST = 38;

/**
 * Synaptic flow of a network at initialisation (Tanaka et al. 2020, as a score by Abdelfattah et al. 2021): with all weights
 * made positive and an input of ones, the sum over the weight matrices of |w dR/dw|, R being the sum of the outputs. Batch norm
 * is the identity. High where many wide paths lead from input to output.
 *
 * @returns the decimal logarithm; 0 where nothing flows, at most 38
 */
export function synflow(graph: NetworkGraph, seed: number): number {
  const fresh = Model.create(graph, createRng(seed, 'zero-cost/synflow'));
  const weights = Object.entries(fresh.exportWeights()).map(([name, { shape, data }]) => {
    return [name, { shape, data: shape.length > 1 ? data.map(Math.abs) : data }] as const;
  });
  fresh.dispose();
  const model = Model.fromWeights(graph, Object.fromEntries(weights));
  const matrices = model.trainable().filter((variable) => variable.rank > 1);
  const input = graph.nodes[0]!;
  const ones = tf.ones([1, ...(input.op === 'input' ? input.shape : [])]);
  try {
    const { value, gradients } = valueAndGradients(() => tf.sum(model.forward(ones)), matrices);
    value.dispose();
    let flow = 0;
    for (const [index, variable] of matrices.entries()) {
      const gradient = gradients[index]!;
      const [w, g] = [variable.dataSync(), gradient.dataSync()];
      for (let i = 0; i < w.length; i++) flow += Math.abs(w[i]! * g[i]!);
      gradient.dispose();
    }
    if (flow === 0) return 0;
    return Number.isFinite(flow) ? Math.min(MOST, Math.log10(flow)) : MOST;
  } finally {
    ones.dispose();
    model.dispose();
  }
}
