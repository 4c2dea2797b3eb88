import { tf } from '../../tensor/index.js';
import { engineOf } from '../config/crossbar-config.js';
import { clipWeights } from '../tile/clip-remap.js';
import { mappingInForce, mappingScale } from '../tile/mapping-scale.js';
import type { MappedLayer } from './noisy-weights.js';
import { matrixOrder } from './row-order.js';

/**
 * A kernel whose weights are clipped tile by tile as `clip` of the configuration says (AIHWKit's `WeightClipParameter`),
 * in the units of the tiles and with the mapping scales of the present weights.
 */
export function clippedKernel(kernel: tf.Tensor, { shape, grid, config }: MappedLayer): tf.Tensor {
  return tf.tidy(() => {
    const matrix = matrixOrder.fromKernel(kernel, shape);
    const tiles = grid.places.map(({ rowStart, rowEnd, colStart, colEnd }) => {
      const own = tf.slice(matrix, [rowStart, colStart], [rowEnd - rowStart, colEnd - colStart]);
      const scale = mappingScale(own, mappingInForce(config));
      const analog = tf.div(own, scale) as tf.Tensor2D;
      return tf.mul(clipWeights(analog, config.clip, engineOf(config)), scale) as tf.Tensor2D;
    });
    return tf.reshape(matrixOrder.toKernel(grid.join(tiles), shape), kernel.shape);
  });
}
