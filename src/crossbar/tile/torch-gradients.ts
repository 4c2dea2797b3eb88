import { tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import type { MvmTrace } from '../mvm/analog-mvm.js';
import { dacStep } from '../mvm/dac.js';
import { boundOf, quantise } from '../mvm/quantise.js';
import { timesTransposed } from '../mvm/vectors.js';
import type { CoreGradients, ForwardRecord, TileState } from './tile-record.js';

/** A digital factor on the raw output other than range times mapping scale, and the range's gradient through it. */
export interface DigitalFactor {
  readonly factor: tf.Tensor;
  readonly directRange: number;
}

/** One product of a torch tile, as far as its gradients need it. */
export interface TorchProduct {
  /** Input of the crossbar, divided by its range, [batch, inputs]. */
  readonly input: tf.Tensor2D;
  /** Output of the crossbar before any digital factor, [batch, outputs]. */
  readonly raw: tf.Tensor2D;
  /** Weights that answered, [inputs, outputs], or [batch, inputs, outputs]. */
  readonly weights: tf.Tensor2D;
  /** Undefined for an exact product. */
  readonly trace: MvmTrace | undefined;
}

/**
 * Autograd through one product of a torch tile (analog-inference reference, 5.3). Call within a tidy.
 *
 * @param dRaw gradient of its output, [batch, outputs]
 * @returns gradients of the crossbar's input [batch, inputs] and of its weights [inputs, outputs]
 */
export function torchProductGradients(
  dRaw: tf.Tensor2D,
  { input, raw, weights, trace }: TorchProduct,
  io: CrossbarConfig['forward'],
): { dInput: tf.Tensor2D; dWeights: tf.Tensor2D } {
  if (trace === undefined) {
    return { dInput: timesTransposed(dRaw, weights), dWeights: tf.matMul(input, dRaw, true, false) };
  }
  const dAdc = tf.mul(tf.div(dRaw, trace.scale), adcSlope(trace, raw, io)) as tf.Tensor2D;
  const dPrepared = timesTransposed(dAdc, trace.weights ?? weights);
  const dScaled = tf.mul(tf.mul(dPrepared, dacSlope(trace, input, io)), trace.scale);
  return {
    dInput: tf.add(dScaled, throughLargest(dRaw, dScaled, raw, input, io)) as tf.Tensor2D,
    dWeights: tf.matMul(trace.prepared, dAdc, true, false),
  };
}

/** Torch tile: autograd through every step, rounding taken as the identity. */
export function torchCore(
  dy: tf.Tensor2D,
  record: ForwardRecord,
  state: TileState,
  digital?: DigitalFactor,
): CoreGradients {
  const { config, inputRange } = state;
  const io = config.forward;
  const r = inputRange?.value ?? 1;
  const { x, input, raw, active, trace } = record;
  const scales = state.mappingScales ?? tf.scalar(1);
  const { dInput, weights } = tf.tidy(() => {
    const dRaw = tf.mul(dy, digital?.factor ?? tf.mul(scales, r)) as tf.Tensor2D;
    const { dInput, dWeights } = torchProductGradients(dRaw, { input, raw, weights: active, trace }, io);
    return {
      dInput: dInput.clone() as tf.Tensor2D,
      weights: (state.mappingScales === undefined
        ? dWeights.clone()
        : tf.div(dWeights, tf.square(scales))) as tf.Tensor2D,
    };
  });
  if (inputRange === undefined) return { dx: dInput, weights };
  const dClipped = tf.tidy(() => tf.div(dInput, r));
  const throughScale = tf.tidy(() => {
    const direct = digital?.directRange ?? tf.sum(tf.mul(tf.mul(dy, scales), raw));
    return tf.sub(direct, tf.div(tf.sum(tf.mul(dInput, input)), r)).dataSync()[0]!;
  });
  const gradient = inputRange.gradient(x, dClipped, () => 1) + throughScale;
  const dx = tf.tidy(() => tf.mul(dClipped, tf.cast(tf.lessEqual(tf.abs(x), Math.abs(r)), 'float32')) as tf.Tensor2D);
  tf.dispose([dInput, dClipped]);
  return { dx, weights, inputRange: gradient };
}

/**
 * Autograd of the torch tile also goes through the scale of AbsMax and Max: what rounding and clipping leave of it
 * arrives at the largest input of each vector.
 */
function throughLargest(
  dRaw: tf.Tensor,
  dScaled: tf.Tensor,
  raw: tf.Tensor,
  input: tf.Tensor2D,
  io: CrossbarConfig['forward'],
): tf.Tensor {
  const { noiseManagement, nmThres } = io;
  if (noiseManagement !== 'AbsMax' && noiseManagement !== 'Max') return tf.scalar(0);
  const sized = noiseManagement === 'AbsMax' ? tf.abs(input) : input;
  const largest = tf.max(sized, 1, true);
  const positive = tf.greater(largest, 0);
  const free = nmThres > 0 ? tf.logicalAnd(positive, tf.lessEqual(largest, nmThres)) : positive;
  const rest = tf.sub(tf.sum(tf.mul(dRaw, raw), 1, true), tf.sum(tf.mul(dScaled, input), 1, true));
  const dLargest = tf.where(free, tf.div(rest, largest), tf.zerosLike(rest));
  const here = tf.cast(tf.equal(sized, largest), 'float32');
  const share = tf.div(tf.mul(here, noiseManagement === 'AbsMax' ? tf.sign(input) : 1), tf.sum(here, 1, true));
  return tf.mul(share, dLargest);
}

/** 0 where the ADC clipped; asymmetry and output scale as factors. */
function adcSlope({ rounded }: MvmTrace, raw: tf.Tensor2D, io: CrossbarConfig['forward']): tf.Tensor {
  const bound = boundOf(io.outBound);
  const open = Number.isFinite(bound) ? tf.cast(tf.lessEqual(tf.abs(rounded), bound), 'float32') : tf.onesLike(rounded);
  const skew =
    io.outAsymmetry === 0 ? 1 : tf.where(tf.less(raw, 0), tf.fill(raw.shape, 1 - io.outAsymmetry), tf.onesLike(raw));
  return tf.mul(tf.mul(open, skew), io.outScale);
}

/** 0 where the DAC clipped (it rounds first, so that a value just beyond the bound may still pass); asymmetry as a factor. */
function dacSlope({ scale, prepared }: MvmTrace, input: tf.Tensor2D, io: CrossbarConfig['forward']): tf.Tensor {
  const bound = boundOf(io.inpBound);
  const rounded = quantise(tf.mul(input, scale), dacStep(io, 'torch'));
  const open = Number.isFinite(bound) ? tf.cast(tf.lessEqual(tf.abs(rounded), bound), 'float32') : tf.onesLike(input);
  if (io.inpAsymmetry === 0) return open;
  const skew = tf.where(tf.less(prepared, 0), tf.fill(prepared.shape, 1 - io.inpAsymmetry), tf.onesLike(prepared));
  return tf.mul(open, skew);
}
