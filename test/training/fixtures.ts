import type { ImageSet, Normalisation } from '../../src/data/index.js';
import { GraphBuilder, type Model, type NetworkGraph, parseGraph } from '../../src/nn/index.js';
import { createRng, tf } from '../../src/tensor/index.js';

/** Images of 8x8x1 with a bright bar: upright (class 0), lying (1) or none (2), at a random place, on noise. */
export function bars(count: number, seed: number): ImageSet {
  const rng = createRng(seed, 'bars');
  const pixels = new Uint8Array(count * 64);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = i % 3;
    const at = rng.int(0, 8);
    for (let k = 0; k < 64; k++) {
      const onBar = labels[i] === 0 ? k % 8 === at : labels[i] === 1 && k >> 3 === at;
      pixels[i * 64 + k] = rng.int(0, 100) + (onBar ? 120 : 0);
    }
  }
  return { count, shape: [8, 8, 1], pixels, labels };
}

export const normalise: Normalisation = { mean: [0.25], std: [0.2] };

/** A small network with everything that training treats specially: batch norm, biases, a final softmax. */
export function smallNetwork(): NetworkGraph {
  const builder = new GraphBuilder('small', [8, 8, 1]);
  const features = builder.input.conv2d({ filters: 8, kernel: 3 }).batchNorm().relu();
  return builder.build(features.globalAvgPool().dense(3).activation('softmax'));
}

/** A small network whose matrices have names of their own: attention and a recurrent unit over the rows of an image. */
export function sequenceNetwork(): NetworkGraph {
  return parseGraph(
    {
      name: 'sequence',
      nodes: [
        { id: 'input', op: 'input', shape: [8, 8, 1] },
        { id: 'rows', op: 'reshape', shape: [8, 8], inputs: ['input'] },
        { id: 'attention', op: 'attention', heads: 2, keySize: 3, inputs: ['rows'] },
        { id: 'gru', op: 'gru', units: 5, inputs: ['attention'] },
        { id: 'classes', op: 'dense', units: 3, inputs: ['gru'] },
      ],
      output: 'classes',
    },
    'test',
  );
}

/** Tensors alive, after the model's moving averages (kept in flight between steps) have come to rest. */
export function tensorsBeside(model: Model): number {
  return model.weights.size > 0 ? tf.memory().numTensors : Number.NaN;
}
