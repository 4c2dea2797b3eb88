import { createRng, randomNormal, tf } from '../../../dist/tensor/index.js';

const sizes = [
  [128, 128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [64, 512, 512],
];

/** Matrix products, M x N x K. */
export function matmulCases() {
  return sizes.map(([m, n, k]) => ({
    name: `matmul/${m}x${n}x${k}`,
    flops: 2 * m * n * k,
    prepare: () => {
      const a = randomNormal([m, k], createRng(1));
      const b = randomNormal([k, n], createRng(2));
      return { work: () => tf.matMul(a, b).dispose(), dispose: () => tf.dispose([a, b]) };
    },
  }));
}
