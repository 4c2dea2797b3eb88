import { tf } from '../../tensor/index.js';
import type { QuantisedPeriphery } from '../quantiser/quantised-periphery.js';
import type { Quantiser, StepGradients } from '../quantiser/quantiser.js';
import { sumTo } from '../quantiser/uniform-quantiser.js';
import type { ForwardRecord, QuantisedRecord, TileGradients, TileState } from './tile-record.js';
import { torchCore } from './torch-gradients.js';

/** The backward pass of a tile with a quantised periphery: autograd, rounding taken as the identity. */
export function quantisedGradients(
  dy: tf.Tensor2D,
  record: ForwardRecord & { readonly quantised: QuantisedRecord },
  state: TileState,
  periphery: QuantisedPeriphery,
): TileGradients {
  const { merged, factor, sum } = record.quantised;
  const output = through(periphery.output, sum, dy);
  const dSum = output.dx as tf.Tensor2D;
  const dFactor = tf.tidy(() => sumTo(tf.mul(dSum, record.raw), factor.shape));
  const scale = through(periphery.scale?.quantiser, merged, dFactor);
  const range = tf.scalar(state.inputRange?.value ?? 1);
  const mapping = state.mappingScales ?? tf.scalar(1);
  const learned = state.learnedOutScales ?? tf.scalar(1);
  const directRange = tf.tidy(() => tf.sum(tf.mul(scale.dx, tf.mul(mapping, learned))).dataSync()[0]!);
  const dLearned = tf.tidy(() => sumTo(tf.mul(scale.dx, tf.mul(mapping, range)), learned.shape) as tf.Tensor2D);
  const core = torchCore(dSum, record, state, { factor, directRange });
  const bias = state.hasBias
    ? through(
        periphery.bias?.quantiser,
        state.bias!,
        tf.tidy(() => tf.sum(dSum, 0)),
      )
    : undefined;
  if (state.learnedOutScales === undefined) dLearned.dispose();
  tf.dispose([dSum, dFactor, scale.dx, range]);
  if (state.mappingScales === undefined) mapping.dispose();
  if (state.learnedOutScales === undefined) learned.dispose();
  return {
    ...core,
    ...(bias !== undefined && { bias: bias.dx as tf.Tensor1D }),
    ...(state.learnedOutScales !== undefined && { learnedOutScales: dLearned }),
    quantisers: {
      ...(scale.step !== undefined && { scale: scale.step }),
      ...(bias?.step !== undefined && { bias: bias.step }),
      ...(output.step !== undefined && { output: output.step }),
    },
  };
}

/** The gradient behind a quantiser, and that of its step while it learns. */
export function through(
  quantiser: Quantiser | undefined,
  x: tf.Tensor,
  dy: tf.Tensor,
): { dx: tf.Tensor; step?: StepGradients } {
  if (quantiser === undefined) return { dx: dy.clone() };
  const { dx, step } = quantiser.gradients(x, dy);
  if (quantiser.state === 'learn') return { dx, step };
  tf.dispose([step.delta, step.zero]);
  return { dx };
}
