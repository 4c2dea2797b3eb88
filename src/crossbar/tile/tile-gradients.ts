import { tf } from '../../tensor/index.js';
import type { CrossbarConfig, Engine } from '../config/crossbar-config.js';
import type { MvmTrace } from '../mvm/analog-mvm.js';
import { boundOf, quantise, stepOf } from '../mvm/quantise.js';
import type { InputRange } from './input-range.js';

/** What a tile keeps of a forward pass in training. */
export interface ForwardRecord {
  /** Input as it came, [batch, inputs]. */
  readonly x: tf.Tensor2D;
  /** Input of the crossbar: divided by its range, with a 1 for an analog bias. */
  readonly input: tf.Tensor2D;
  /** Output of the crossbar, before any digital factor. */
  readonly raw: tf.Tensor2D;
  /** Output before the learned scale. */
  readonly unscaled: tf.Tensor2D;
  /** Weights that answered. */
  readonly active: tf.Tensor2D;
  readonly trace: MvmTrace | undefined;
}

/** What the backward pass needs to know of the tile. */
export interface TileState {
  readonly config: CrossbarConfig;
  readonly engine: Engine;
  readonly mappingScales: tf.Tensor2D | undefined;
  readonly learnedOutScales: tf.Tensor2D | undefined;
  readonly inputRange: InputRange | undefined;
  readonly hasBias: boolean;
  /** The transposed product of the C++ tile: exact, or through the converters of a non-ideal backward pass. */
  readonly backProduct: (dOut: tf.Tensor2D, weights: tf.Tensor2D) => tf.Tensor2D;
}

/** Gradients of a tile's parameters as an optimiser takes them, and of its input. The caller disposes the tensors. */
export interface TileGradients {
  readonly dx: tf.Tensor2D;
  /** Of the analog weights, [inputs, outputs]. */
  readonly weights: tf.Tensor2D;
  readonly bias?: tf.Tensor1D;
  readonly learnedOutScales?: tf.Tensor2D;
  readonly inputRange?: number;
}

/** Outputs from this share of the bound on count as clipped. */
const INSIDE_SHARE = 0.999;

/** The backward pass of a tile (analog-inference reference, 5.1 and 5.3). */
export function tileGradients(dy: tf.Tensor2D, record: ForwardRecord, state: TileState): TileGradients {
  const { learnedOutScales, hasBias } = state;
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

type Core = Pick<TileGradients, 'dx' | 'weights' | 'inputRange'>;

/** C++ tile: straight through the converters, but for outputs at their bound in the input gradient. */
function rpuCore(dy: tf.Tensor2D, record: ForwardRecord, state: TileState): Core {
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

/** Torch tile: autograd through every step, rounding taken as the identity. */
function torchCore(dy: tf.Tensor2D, record: ForwardRecord, state: TileState): Core {
  const { config, inputRange } = state;
  const io = config.forward;
  const r = inputRange?.value ?? 1;
  const { x, input, raw, active, trace } = record;
  const scales = state.mappingScales ?? tf.scalar(1);
  const { dInput, weights } = tf.tidy(() => {
    const dRaw = tf.mul(dy, tf.mul(scales, r)) as tf.Tensor2D;
    const dAdc: tf.Tensor2D =
      trace === undefined ? dRaw : (tf.mul(tf.div(dRaw, trace.scale), adcSlope(trace, raw, io)) as tf.Tensor2D);
    const prepared: tf.Tensor2D = trace?.prepared ?? input;
    const dPrepared = tf.matMul(dAdc, active, false, true);
    const dScaled =
      trace === undefined ? dPrepared : tf.mul(tf.mul(dPrepared, dacSlope(trace, input, io)), trace.scale);
    const dWeights = tf.matMul(prepared, dAdc, true, false);
    const dInputWhole = trace === undefined ? dScaled : tf.add(dScaled, throughLargest(dRaw, dScaled, raw, input, io));
    return {
      dInput: dInputWhole.clone() as tf.Tensor2D,
      weights: (state.mappingScales === undefined
        ? dWeights.clone()
        : tf.div(dWeights, tf.square(scales))) as tf.Tensor2D,
    };
  });
  if (inputRange === undefined) return { dx: dInput, weights };
  const dClipped = tf.tidy(() => tf.div(dInput, r));
  const throughScale = tf.tidy(() => {
    const direct = tf.sum(tf.mul(tf.mul(dy, scales), raw));
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
  const rounded = quantise(tf.mul(input, scale), stepOf(bound, io.inpRes));
  const open = Number.isFinite(bound) ? tf.cast(tf.lessEqual(tf.abs(rounded), bound), 'float32') : tf.onesLike(input);
  if (io.inpAsymmetry === 0) return open;
  const skew = tf.where(tf.less(prepared, 0), tf.fill(prepared.shape, 1 - io.inpAsymmetry), tf.onesLike(prepared));
  return tf.mul(open, skew);
}

function withoutBias(dInput: tf.Tensor2D, inputs: number): tf.Tensor2D {
  return dInput.shape[1] === inputs ? dInput : tf.slice(dInput, [0, 0], [dInput.shape[0], inputs]);
}
