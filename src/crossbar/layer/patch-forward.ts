import { tf } from '../../tensor/index.js';
import { analogMvm, type MvmTile } from '../mvm/analog-mvm.js';
import { boundOf } from '../mvm/quantise.js';
import { type ForwardCall, INSIDE_SHARE, type LayerOutput, type PartValues } from './forward-call.js';
import { im2col } from './im2col.js';
import { toTileUnits } from './input-range.js';
import { layerOutputShape } from './layer-shape.js';
import { toMatrixOrder } from './row-order.js';

/**
 * The general forward pass: every patch is one input vector of every tile, with all that a tile can do. The input is
 * already divided by its input range.
 */
export function patchForward(x: tf.Tensor, call: ForwardCall, tiles: readonly MvmTile[]): LayerOutput {
  const { values, inside } = patchParts(x, call, tiles);
  return { y: values.reduce((a, b) => tf.add(a, b)), inside };
}

/** The same part by part. @param ranges one per row part, where the input is not yet divided by its range */
export function patchParts(
  x: tf.Tensor,
  call: Omit<ForwardCall, 'range'>,
  tiles: readonly MvmTile[],
  ranges?: readonly number[],
): PartValues {
  const { shape, grid, config, weights, masks, rng } = call;
  const input: tf.Tensor2D = shape.kind === 'conv2d' ? im2col(x as tf.Tensor4D, shape) : (x as tf.Tensor2D);
  const matrix = toMatrixOrder(weights.analog, shape);
  const raw = grid.places.map((place, i) => {
    const { rowPart, rowStart, rowEnd, colStart, colEnd } = place;
    const rows = tf.slice(input, [0, rowStart], [input.shape[0], rowEnd - rowStart]);
    const part = toTileUnits(rows, ranges?.[rowPart]) as tf.Tensor2D;
    const tileWeights = tf.slice(matrix, [rowStart, colStart], [rowEnd - rowStart, colEnd - colStart]);
    const { biasRow } = weights;
    if (biasRow === undefined) return analogMvm(part, tileWeights, tiles[i]!, rng.child(`tile-${i}`));
    const driven = tf.concat([part, tf.ones([part.shape[0], 1])], 1) as tf.Tensor2D;
    const whole = tf.concat([tileWeights, biasRow], 0) as tf.Tensor2D;
    return analogMvm(driven, whole, tiles[i]!, rng.child(`tile-${i}`));
  });
  const perPart = groupColumns(raw, grid.grid.colCuts.length - 1);
  const scales = tf.unstack(weights.scales);
  const outShape = layerOutputShape(shape, x.shape);
  const values = perPart.map((value, part) => tf.reshape(tf.mul(value, scales[part]!), outShape));
  const bound = boundOf(config.forward.outBound) * config.forward.outScale * INSIDE_SHARE;
  const inside =
    masks && Number.isFinite(bound)
      ? perPart.map((value) => tf.reshape(tf.less(tf.abs(value), bound), outShape))
      : undefined;
  return { values, inside };
}

/** Joins the column parts of each row part. */
function groupColumns(values: readonly tf.Tensor2D[], colParts: number): tf.Tensor2D[] {
  const parts: tf.Tensor2D[] = [];
  for (let i = 0; i < values.length; i += colParts) {
    const group = values.slice(i, i + colParts);
    parts.push(group.length === 1 ? group[0]! : tf.concat([...group], 1));
  }
  return parts;
}
