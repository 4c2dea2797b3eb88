import type { Model } from '../nn/index.js';
import { tf } from '../tensor/index.js';
import { kernelNames } from './kernel-names.js';

/**
 * A function that clips the kernels of a model to `sigma` standard deviations of what they are now (AIHWKit's
 * LayerGaussian, with the deviation taken once). The largest weight of a matrix becomes the largest conductance, so a
 * few outliers cost every other weight precision.
 *
 * @param sigma 0 gives a function that does nothing
 */
export function clipWeights(model: Model, sigma: number): () => void {
  if (sigma === 0) return () => undefined;
  const kernels = kernelNames(model.graph);
  const bounds = [...model.weights]
    .filter(([name]) => kernels.has(name))
    .map(([, kernel]) => ({ kernel, bound: sigma * standardDeviation(kernel) }));
  return () => {
    for (const { kernel, bound } of bounds) {
      const clipped = tf.clipByValue(kernel, -bound, bound);
      kernel.assign(clipped);
      clipped.dispose();
    }
  };
}

function standardDeviation(tensor: tf.Tensor): number {
  return Math.sqrt(tf.tidy(() => tf.moments(tensor).variance.dataSync()[0]!));
}
