import type { tf } from '../../tensor/index.js';
import type { MvmTile } from '../mvm/analog-mvm.js';
import { type ForwardCall, fixedScaleForward, hasFixedScale } from './fixed-scale-forward.js';
import { matrixRows } from './layer-shape.js';
import type { LayerOutput } from './layer-weights.js';
import { patchForward } from './patch-forward.js';

/** The forward pass of a layer by the shortest way that its settings allow. `x` is divided by its input range. */
export function layerForward(x: tf.Tensor, call: ForwardCall, tiles: readonly MvmTile[]): LayerOutput {
  const biasRow = call.weights.analog.shape[0] > matrixRows(call.shape);
  return hasFixedScale(call.config.forward) && !biasRow ? fixedScaleForward(x, call) : patchForward(x, call, tiles);
}
