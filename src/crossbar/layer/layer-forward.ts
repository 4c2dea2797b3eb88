import { tf } from '../../tensor/index.js';
import type { MvmTile } from '../mvm/analog-mvm.js';
import { fixedScaleForward, hasFixedScale } from './fixed-scale-forward.js';
import type { ForwardCall, LayerOutput } from './forward-call.js';
import { canFuse, fusedForward } from './fused-forward.js';
import { toTileUnits } from './input-range.js';
import { patchForward } from './patch-forward.js';

/** The forward pass of a layer by the shortest way that its settings and the backend allow. */
export function layerForward(x: tf.Tensor, call: ForwardCall, tiles: readonly MvmTile[]): LayerOutput {
  const simple = call.weights.biasRow === undefined;
  return simple && canFuse(call) ? fusedForward(x, call) : referenceForward(x, call, tiles);
}

/** The same in plain tensor operations: what the fused kernels have to reproduce. */
export function referenceForward(x: tf.Tensor, call: ForwardCall, tiles: readonly MvmTile[]): LayerOutput {
  const input = toTileUnits(x, call.range);
  const { scales } = call.weights;
  const factor = call.outFactor ?? 1;
  const allScales = factor === 1 ? scales : (tf.mul(scales, factor) as tf.Tensor2D);
  const scaled = { ...call, weights: { ...call.weights, scales: allScales } };
  const { y, inside } =
    call.weights.biasRow === undefined && hasFixedScale(call.config.forward)
      ? fixedScaleForward(input, scaled)
      : patchForward(input, scaled, tiles);
  const sum = call.bias === null ? y : tf.add(y, call.bias);
  return { y: call.relu ? tf.relu(sum) : sum, inside };
}
