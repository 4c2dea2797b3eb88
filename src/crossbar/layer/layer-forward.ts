import { tf } from '../../tensor/index.js';
import type { MvmTile } from '../mvm/analog-mvm.js';
import { fixedScaleForward, hasFixedScale } from './fixed-scale-forward.js';
import type { ForwardCall, LayerOutput } from './forward-call.js';
import { canFuse, fusedForward } from './fused-forward.js';
import { toTileUnits } from './input-range.js';
import { patchForward } from './patch-forward.js';

/** The forward pass of a layer by the shortest way that its settings and the backend allow. */
export function layerForward(x: tf.Tensor, call: ForwardCall, tiles: readonly MvmTile[]): LayerOutput {
  return canFuse(call) ? fusedForward(x, call) : referenceForward(x, call, tiles);
}

/** The same in plain tensor operations: what the fused kernels have to reproduce. */
export function referenceForward(x: tf.Tensor, call: ForwardCall, tiles: readonly MvmTile[]): LayerOutput {
  const input = toTileUnits(x, call.range);
  const { y, inside } = hasFixedScale(call.config.forward)
    ? fixedScaleForward(input, call)
    : patchForward(input, call, tiles);
  return { y: call.bias === null ? y : tf.add(y, call.bias), inside };
}
