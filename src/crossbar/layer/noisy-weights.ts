import { type Rng, tf } from '../../tensor/index.js';
import { type CrossbarConfig, engineOf } from '../config/crossbar-config.js';
import { nonZero } from '../tile/mapping-scale.js';
import { isIdentity, modifyWeights } from '../tile/modify-weights.js';
import type { LayerWeights } from './forward-call.js';
import type { LayerGrid } from './layer-grid.js';

/**
 * The weights of one hardware-aware training step: logical weights mapped onto the tiles with scales that follow their
 * present size, then modified.
 *
 * @param logical [rows, cols], kernel order
 */
export function noisyWeights(logical: tf.Tensor2D, config: CrossbarConfig, grid: LayerGrid, rng: Rng): LayerWeights {
  const { mapping, modifier } = config;
  const columnMax = partColumnMax(logical, grid);
  const tileMax = widenToTiles(columnMax, grid);
  const omega = mapping.weightScalingOmega;
  const largest = mapping.weightScalingColumnwise ? columnMax : tileMax;
  const scales = omega > 0 ? nonZero(tf.div(largest, omega) as tf.Tensor2D) : (tf.onesLike(largest) as tf.Tensor2D);
  const analog = omega > 0 ? (tf.div(logical, grid.spread(scales)) as tf.Tensor2D) : logical;
  if (isIdentity(modifier)) return { analog: analog.clone(), scales };
  const analogMax = widenToTiles(tf.div(columnMax, scales) as tf.Tensor2D, grid);
  const modified = modifyWeights(analog, modifier, grid.spread(analogMax), engineOf(config), rng.child('modifier'));
  return { analog: modified as tf.Tensor2D, scales };
}

/** Largest magnitude of each column within each row part, [row parts, cols]. */
function partColumnMax(weights: tf.Tensor2D, { membership, rowParts }: LayerGrid): tf.Tensor2D {
  const magnitude = tf.abs(weights);
  if (membership === undefined) return tf.max(magnitude, 0, true) as tf.Tensor2D;
  const columns = Array.from({ length: rowParts }, (_, part) =>
    tf.max(tf.mul(magnitude, tf.slice(membership, [0, part], [membership.shape[0], 1])), 0, true),
  );
  return tf.concat(columns, 0) as tf.Tensor2D;
}

/** The largest value of each tile, in all columns of the tile. */
function widenToTiles(columnMax: tf.Tensor2D, { grid: { colCuts } }: LayerGrid): tf.Tensor2D {
  const [parts] = columnMax.shape;
  const blocks = colCuts.slice(1).map((end, i) => {
    const width = end - colCuts[i]!;
    const block = tf.slice(columnMax, [0, colCuts[i]!], [parts, width]);
    return tf.tile(tf.max(block, 1, true) as tf.Tensor2D, [1, width]);
  });
  return blocks.length === 1 ? blocks[0]! : (tf.concat(blocks, 1) as tf.Tensor2D);
}
