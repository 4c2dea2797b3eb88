import { hasNoisyWeights, noisyWeights as nativeNoisyWeights, type Rng, tf } from '../../tensor/index.js';
import { type CrossbarConfig, engineOf } from '../config/crossbar-config.js';
import { mappingInForce, nonZero } from '../tile/mapping-scale.js';
import { isIdentity, modifyWeights } from '../tile/modify-weights.js';
import type { LayerWeights } from './forward-call.js';
import type { LayerGrid } from './layer-grid.js';
import { type LayerShape, matrixRows } from './layer-shape.js';

/** The weights of one training step. */
export interface NoisyWeights extends LayerWeights {
  /** The modified weights in logical units: analog times the scale of their tile. */
  readonly logical: tf.Tensor2D;
}

/** A layer's weights and how they lie on tiles. */
export interface MappedLayer {
  readonly shape: LayerShape;
  readonly grid: LayerGrid;
  readonly config: CrossbarConfig;
}

/**
 * The weights of one hardware-aware training step: logical weights mapped onto the tiles with scales that follow their
 * present size, then modified.
 *
 * @param logical [rows, cols], kernel order
 */
export function noisyWeights(logical: tf.Tensor2D, layer: MappedLayer, rng: Rng): NoisyWeights {
  const weights = canFuseWeights(layer.config)
    ? fusedWeights(logical, layer, rng)
    : referenceWeights(logical, layer, rng);
  const { connected } = layer.grid;
  if (connected === undefined) return weights;
  return {
    ...weights,
    scales: tf.mul(weights.scales, connected),
    logical: tf.mul(weights.logical, layer.grid.spread(connected)),
  };
}

/** True where the backend in use has a kernel that means what the settings say. */
export function canFuseWeights(config: CrossbarConfig): boolean {
  const { modifier } = config;
  const fits = modifier.type === 'AddNormal' && modifier.pdrop === 0 && mappingInForce(config).weightScalingOmega > 0;
  return fits && (modifier.relToActualWmax || modifier.assumedWmax > 0) && hasNoisyWeights();
}

function fusedWeights(logical: tf.Tensor2D, { shape, grid, config }: MappedLayer, rng: Rng): NoisyWeights {
  const { modifier } = config;
  const mapping = mappingInForce(config);
  const channels = shape.kind === 'conv2d' ? shape.inChannels : shape.inSize;
  return nativeNoisyWeights(logical, {
    taps: matrixRows(shape) / channels,
    channels,
    rowCuts: grid.grid.rowCuts,
    colCuts: grid.grid.colCuts,
    omega: mapping.weightScalingOmega,
    columnwise: mapping.weightScalingColumnwise,
    assumedMax: modifier.relToActualWmax ? 0 : modifier.assumedWmax,
    emptyMax: engineOf(config) === 'torch' ? 0 : 1,
    stdDev: modifier.stdDev,
    source: rng.child('modifier').child('noise').source(logical.size),
  });
}

/** The same in plain tensor operations, for any modifier: the meaning of the kernel. */
export function referenceWeights(logical: tf.Tensor2D, { grid, config }: MappedLayer, rng: Rng): NoisyWeights {
  const { analog, scales } = modifiedWeights(logical, config, grid, rng);
  return { analog, scales, logical: tf.mul(analog, grid.spread(scales)) };
}

function modifiedWeights(logical: tf.Tensor2D, config: CrossbarConfig, grid: LayerGrid, rng: Rng): LayerWeights {
  const { modifier } = config;
  const mapping = mappingInForce(config);
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
