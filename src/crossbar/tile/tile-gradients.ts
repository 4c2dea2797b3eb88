import { tf } from '../../tensor/index.js';
import { boundOf } from '../mvm/quantise.js';
import { quantisedGradients } from './quantised-gradients.js';
import type { CoreGradients, ForwardRecord, TileGradients, TileState } from './tile-record.js';
import { torchCore } from './torch-gradients.js';

/** Outputs from this share of the bound on count as clipped. */
const INSIDE_SHARE = 0.999;

/** The backward pass of a tile (analog-inference reference, 5.1 and 5.3). */
export function tileGradients(dy: tf.Tensor2D, record: ForwardRecord, state: TileState): TileGradients {
  const { learnedOutScales, hasBias, periphery } = state;
  if (periphery !== undefined && record.quantised !== undefined) {
    return quantisedGradients(dy, { ...record, quantised: record.quantised }, state, periphery);
  }
  const scaled =
    learnedOutScales === undefined ? dy.clone() : tf.tidy(() => tf.mul(dy, learnedOutScales) as tf.Tensor2D);
  const core = state.engine === 'torch' ? torchCore(scaled, record, state) : rpuCore(scaled, record, state);
  scaled.dispose();
  return {
    ...core,
    ...(hasBias && { bias: tf.tidy(() => tf.sum(dy, 0) as tf.Tensor1D) }),
    ...(learnedOutScales !== undefined && {
      learnedOutScales: tf.tidy(() => {
        const perOutput = tf.sum(tf.mul(dy, record.unscaled), 0, true);
        return (learnedOutScales.size === 1 ? tf.sum(perOutput, 1, true) : perOutput) as tf.Tensor2D;
      }),
    }),
  };
}

/** C++ tile: straight through the converters, but for outputs at their bound in the input gradient. */
function rpuCore(dy: tf.Tensor2D, record: ForwardRecord, state: TileState): CoreGradients {
  const { config, inputRange } = state;
  const { forward, mapping } = config;
  const scales = state.mappingScales ?? tf.scalar(1);
  const bound = boundOf(forward.outBound) * forward.outScale * INSIDE_SHARE;
  const masked = !forward.isPerfect && Number.isFinite(bound);
  const inside = () => tf.cast(tf.less(tf.abs(record.raw), bound), 'float32');
  const dClipped = tf.tidy(() => {
    const dOut = tf.mul(dy, scales) as tf.Tensor2D;
    const dMasked = masked ? (tf.mul(dOut, inside()) as tf.Tensor2D) : dOut;
    return withoutBias(state.backProduct(dMasked, record.active), record.x.shape[1]);
  });
  const weights: tf.Tensor2D = tf.tidy(() => {
    const lambda = mapping.weightScalingLrCompensation ? tf.div(1, tf.mean(scales)) : tf.scalar(1);
    return tf.matMul(record.input, tf.div(dy, tf.mul(scales, lambda)) as tf.Tensor2D, true, false);
  });
  if (inputRange === undefined) return { dx: dClipped, weights };
  // AIHWKit divides the number of clipped outputs by the number of inputs; its golden traces need the same.
  const outputsInside = () => 1 - tf.tidy(() => tf.sum(tf.sub(1, inside())).dataSync()[0]!) / record.x.size;
  return { dx: dClipped, weights, inputRange: inputRange.gradient(record.x, dClipped, outputsInside) };
}

function withoutBias(dInput: tf.Tensor2D, inputs: number): tf.Tensor2D {
  return dInput.shape[1] === inputs ? dInput : tf.slice(dInput, [0, 0], [dInput.shape[0], inputs]);
}
