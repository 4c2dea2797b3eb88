import { tf } from '../../tensor/index.js';
import type { MvmTile } from '../mvm/analog-mvm.js';
import { hasFixedScale } from './fixed-scale-forward.js';
import type { ForwardCall, LayerOutput, PartValues, RangedCall } from './forward-call.js';
import { partRanges } from './input-range.js';
import { layerForward } from './layer-forward.js';
import { patchParts } from './patch-forward.js';

/** The forward pass of a layer whose row parts may have input ranges of their own. */
export function rangedForward(x: tf.Tensor, call: RangedCall, tiles: readonly MvmTile[]): LayerOutput {
  const { range, bias, relu } = call;
  if (typeof range !== 'object') return layerForward(x, { ...call, range, outFactor: range ?? 1 }, tiles);
  const { values, inside } = partValues(x, call, tiles);
  const sum = values.reduce((a, b) => tf.add(a, b));
  const y = bias === null ? sum : tf.add(sum, bias);
  return { y: relu ? tf.relu(y) : y, inside };
}

/**
 * What each row part of a layer gives, without bias and ReLU. Where all input values are treated alike, a part is a
 * convolution (or product) of its own, as fast as the backend has it; elsewhere its patches are.
 */
export function partValues(x: tf.Tensor, call: RangedCall, tiles: readonly MvmTile[]): PartValues {
  const { grid, weights, config, masks } = call;
  const ranges = partRanges(call.range, grid.rowParts);
  if (weights.biasRow !== undefined || !hasFixedScale(config.forward)) {
    const scaled = { ...weights, scales: timesRanges(weights.scales, ranges) };
    return patchParts(x, { ...call, weights: scaled }, tiles, numbers(ranges));
  }
  const outputs = ranges.map((range, part) => layerForward(...partCall(x, call, part, range), tiles));
  return {
    values: outputs.map(({ y }) => y),
    inside: masks && outputs.some(({ inside }) => inside !== undefined) ? outputs.map(insideOf) : undefined,
  };
}

function insideOf({ y, inside }: LayerOutput): tf.Tensor {
  return inside?.[0] ?? tf.cast(tf.onesLike(y), 'bool');
}

/** Digital scales [parts, cols] times the range of each part. */
function timesRanges(scales: tf.Tensor2D, ranges: readonly (number | undefined)[]): tf.Tensor2D {
  const factors = ranges.map((range) => [range ?? 1]);
  return factors.every(([factor]) => factor === 1) ? scales : (tf.mul(scales, tf.tensor2d(factors)) as tf.Tensor2D);
}

function numbers(ranges: readonly (number | undefined)[]): readonly number[] | undefined {
  return ranges.includes(undefined) ? undefined : (ranges as number[]);
}

/** A row part as a layer of its own, and its share of the input. */
function partCall(
  x: tf.Tensor,
  call: RangedCall,
  part: number,
  range: number | undefined,
): [x: tf.Tensor, call: ForwardCall] {
  const { grid, weights, outNoise, rng } = call;
  const { shape, grid: partGrid } = grid.parts[part]!;
  const row = (t: tf.Tensor2D) => tf.slice(t, [part, 0], [1, t.shape[1]]);
  const own = {
    ...call,
    ...{ shape, grid: partGrid, range, outFactor: range ?? 1, bias: null, relu: false },
    outNoise: outNoise && row(outNoise),
    rng: grid.rowParts === 1 ? rng : rng.child(`part-${part}`),
  };
  const scales = row(weights.scales);
  if (shape.kind === 'dense') {
    const start = grid.grid.rowCuts[part]!;
    const input = tf.slice(x as tf.Tensor2D, [0, start], [x.shape[0]!, shape.inSize]);
    const analog = tf.slice(weights.analog, [start, 0], [shape.inSize, shape.outSize]);
    return [input, { ...own, weights: { analog, scales } }];
  }
  const { start, mask } = grid.channels[part]!;
  const { kernel, inChannels, outChannels } = shape;
  const all = (call.shape as typeof shape).inChannels;
  const whole = tf.reshape(weights.analog, [...kernel, all, outChannels]);
  const filters = tf.slice(whole, [0, 0, start, 0], [...kernel, inChannels, outChannels]);
  const masked = mask === undefined ? filters : tf.mul(filters, mask);
  const image = x as tf.Tensor4D;
  const input = tf.slice(image, [0, 0, 0, start], [image.shape[0], image.shape[1], image.shape[2], inChannels]);
  return [input, { ...own, weights: { analog: tf.reshape(masked, [-1, outChannels]) as tf.Tensor2D, scales } }];
}
