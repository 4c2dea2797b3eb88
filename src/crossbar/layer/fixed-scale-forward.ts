import { type Rng, randomNormal, spreadTaps, tf } from '../../tensor/index.js';
import { engineOf } from '../config/crossbar-config.js';
import type { IoParameters } from '../config/io-parameters.js';
import { adcStep } from '../mvm/adc.js';
import { dacStep } from '../mvm/dac.js';
import { boundOf, clip, quantise } from '../mvm/quantise.js';
import { type ForwardCall, INSIDE_SHARE, type LayerOutput } from './forward-call.js';
import type { LayerGrid } from './layer-grid.js';
import { type ConvShape, explicitPad, type LayerShape, tfPad } from './layer-shape.js';

/**
 * True where every input value is treated alike, whatever patch it belongs to: then the image is quantised once and
 * convolved, and no patch matrix is needed.
 */
export function hasFixedScale(io: IoParameters): boolean {
  if (io.isPerfect) return true;
  const scaleIsOne = io.noiseManagement === 'None' || (io.noiseManagement === 'Constant' && io.nmThres === 1);
  const onePass = io.mvType === 'OnePass' && io.boundManagement === 'None';
  const freshNoisePerPatch = io.inpNoise > 0 || io.inpStoRound || io.outStoRound || io.outNoiseStd > 0;
  const weightEffects = io.irDrop > 0 || (io.wNoise > 0 && io.wNoiseType !== 'None') || io.wReadAsymmetryDtod > 0;
  const pulses = io.applyXdepPcmReadNoise;
  const curves = io.rSeries > 0 || io.vOffsetStd > 0 || io.outNonlinearity > 0;
  const skews = io.inpAsymmetry !== 0 || io.outAsymmetry !== 0;
  return scaleIsOne && onePass && !freshNoisePerPatch && !weightEffects && !curves && !skews && !pulses;
}

/** The whole layer by one convolution (or product) per row part; the reference of the fused kernels. */
export function fixedScaleForward(x: tf.Tensor, call: ForwardCall): LayerOutput {
  return call.config.forward.isPerfect ? perfectForward(x, call) : quantisedForward(x, call);
}

function perfectForward(x: tf.Tensor, { shape, grid, config, weights }: ForwardCall): LayerOutput {
  const factor = engineOf(config) === 'rpu' ? config.forward.outScale : 1;
  const effective = tf.tidy(() => tf.mul(weights.analog, tf.mul(grid.spread(weights.scales), factor)) as tf.Tensor2D);
  return { y: multiply(x, effective, shape), inside: undefined };
}

function quantisedForward(x: tf.Tensor, call: ForwardCall): LayerOutput {
  const { shape, grid, config, weights, masks, rng } = call;
  const io = config.forward;
  const outBound = boundOf(io.outBound);
  const engine = engineOf(config);
  const outStep = adcStep(io, engine);
  const inpBound = boundOf(io.inpBound);
  const input = clip(quantise(x, dacStep(io, engine)), inpBound);
  const sums = Array.from({ length: grid.rowParts }, (_, part) =>
    partProduct(input, weights.analog, part, shape, grid),
  );
  const noise = drawNoise(sums, call.outNoise ?? io.outNoise, rng.child('adc-noise'));
  const rounded = sums.map((sum, part) => quantise(noise === undefined ? sum : tf.add(sum, noise[part]!), outStep));
  const values = rounded.map((value) => clip(value, outBound));
  const scales = tf.unstack(io.outScale === 1 ? weights.scales : tf.mul(weights.scales, io.outScale));
  const y = values.map((value, part) => tf.mul(value, scales[part]!)).reduce((a, b) => tf.add(a, b));
  const inside =
    masks && Number.isFinite(outBound)
      ? rounded.map((value) =>
          engine === 'torch'
            ? tf.lessEqual(tf.abs(value), outBound)
            : tf.less(tf.abs(clip(value, outBound)), INSIDE_SHARE * outBound),
        )
      : undefined;
  return { y, inside };
}

/**
 * Noise of all row parts in one stretch of the stream: element ((part * positions + position) * cols + col).
 *
 * @param std of all outputs, or of each, [row parts, cols]
 */
function drawNoise(sums: readonly tf.Tensor[], std: number | tf.Tensor2D, rng: Rng): tf.Tensor[] | undefined {
  const shape = [sums.length, ...sums[0]!.shape];
  if (typeof std === 'number') return std <= 0 ? undefined : tf.unstack(randomNormal(shape, rng, 0, std));
  const perPart = tf.unstack(std);
  return tf.unstack(randomNormal(shape, rng)).map((noise, part) => tf.mul(noise, perPart[part]!));
}

/** The analog sums of one row part: only its channels, the rows of its neighbours set to zero. */
function partProduct(x: tf.Tensor, analog: tf.Tensor2D, part: number, shape: LayerShape, grid: LayerGrid): tf.Tensor {
  if (grid.rowParts === 1) return multiply(x, analog, shape);
  if (shape.kind === 'dense') {
    const [start, end] = [grid.grid.rowCuts[part]!, grid.grid.rowCuts[part + 1]!];
    const rows = tf.slice(analog, [start, 0], [end - start, shape.outSize]);
    const flat = x as tf.Tensor2D;
    return tf.matMul(tf.slice(flat, [0, start], [flat.shape[0], end - start]), rows);
  }
  const { start, end, mask } = grid.channels[part]!;
  const [kh, kw] = shape.kernel;
  const kernel = tf.reshape(analog, [kh, kw, shape.inChannels, shape.outChannels]);
  const own = tf.slice(kernel, [0, 0, start, 0], [kh, kw, end - start, shape.outChannels]);
  const image = x as tf.Tensor4D;
  const channels = tf.slice(image, [0, 0, 0, start], [image.shape[0], image.shape[1], image.shape[2], end - start]);
  return convolve(channels, (mask === undefined ? own : tf.mul(own, mask)) as tf.Tensor4D, shape);
}

/** `x` times a matrix in kernel order: a convolution or a matrix product. */
export function multiply(x: tf.Tensor, matrix: tf.Tensor2D, shape: LayerShape): tf.Tensor {
  if (shape.kind === 'dense') return tf.matMul(x as tf.Tensor2D, matrix);
  const [kh, kw] = shape.kernel;
  const kernel = tf.reshape(matrix, [kh, kw, shape.inChannels, shape.outChannels]) as tf.Tensor4D;
  return convolve(x as tf.Tensor4D, kernel, shape);
}

function convolve(x: tf.Tensor4D, kernel: tf.Tensor4D, shape: ConvShape): tf.Tensor {
  const pad = tfPad(explicitPad(shape, x.shape[1], x.shape[2]));
  const { strides, dilations } = shape;
  if (Math.max(...strides) === 1 || Math.max(...dilations) === 1) {
    return tf.conv2d(x, kernel, [...strides], pad, 'NHWC', [...dilations]);
  }
  // tfjs has no strides beside dilations
  return tf.tidy(() => tf.conv2d(x, spreadTaps(kernel, dilations), [...strides], pad, 'NHWC'));
}
