import type { NetworkGraph } from '../../nn/index.js';
import { type Rng, tf } from '../../tensor/index.js';

/** Normal noise in the shape of a network's input: zero-cost features see no data. The caller owns the tensor. */
export function randomBatch(graph: NetworkGraph, count: number, rng: Rng): tf.Tensor {
  const input = graph.nodes[0]!;
  if (input.op !== 'input') throw new TypeError('node 0 of a network is its input');
  const shape = [count, ...input.shape];
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  return tf.tensor(rng.fillNormal(values), shape);
}
