import { tf } from '../../tensor/index.js';
import { engineOf } from '../config/crossbar-config.js';
import type { LayerRange } from './forward-call.js';
import type { HwaLayer } from './hwa-layer.js';
import { rangeInForce } from './input-range.js';
import {
  kernelGradient,
  masked,
  maskedInputGradient,
  maskedKernelGradient,
  partKernelGradient,
} from './layer-gradient.js';
import { kernelRows } from './layer-shape.js';
import { noisyWeights } from './noisy-weights.js';
import { rangedForward } from './part-values.js';
import { learnedRange, learnedRangeGradient } from './range-gradient.js';
import { convertedInput, torchPartGradients } from './torch-layer-gradients.js';

/**
 * The noisy product of a training step with its own gradient. In logical units, where the mapping scale cancels:
 * `dx = W~^T dy`, W~ the modified weights and dy zero where the ADC was at its bound; `dW = dy x'^T`, x' the input
 * clipped to its range. The C++ tile ignores rounding and clipping of inputs in both; the torch tile is
 * straight-through for rounding, stops gradients where anything was clipped, and uses the rounded input for dW (not
 * where each patch has a scale of its own: there nothing is clipped, and the rounding is left out). An input range that is
 * learned has a gradient too, see {@link learnedRangeGradient}.
 */
export function hwaProduct(x: tf.Tensor, kernel: tf.Tensor, layer: HwaLayer): tf.Tensor {
  const { shape, grid, config } = layer;
  const learned = learnedRange(layer);
  const compute = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const [input, logical] = args as [tf.Tensor, tf.Tensor];
    const range = rangeInForce(config, layer.inputRange);
    const noisy = noisyWeights(kernelRows(logical), layer, layer.rng);
    const call = {
      shape,
      grid,
      config,
      weights: noisy,
      range,
      bias: null,
      masks: true,
      rng: layer.rng,
    };
    const { y, inside } = rangedForward(input, call, layer.tiles);
    save([input, noisy.logical, ...(inside ?? [])]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedInput, savedEffective, ...others] = saved;
      const savedInside = inside === undefined ? undefined : others;
      const tensors = { x: savedInput!, matrix: savedEffective as tf.Tensor2D, range, inside: savedInside };
      const gradients = engineOf(config) === 'torch' ? torchGradients : rpuGradients;
      const { dx, dClipped, dKernel } = gradients(dy, tensors, layer);
      const dRange = learned.map(() =>
        learnedRangeGradient(savedInput!, dClipped, range as number, savedInside, layer),
      );
      return [dx, tf.reshape(dKernel, kernel.shape), ...dRange];
    };
    return { value: y, gradFunc };
  });
  return compute(x, kernel, ...learned);
}

interface Saved {
  readonly x: tf.Tensor;
  /** Modified weights in logical units, [rows, cols], kernel order. */
  readonly matrix: tf.Tensor2D;
  readonly range: LayerRange;
  readonly inside: readonly tf.Tensor[] | undefined;
}

function rpuGradients(dy: tf.Tensor, { x, matrix, range, inside }: Saved, { shape, grid }: HwaLayer) {
  const dx = maskedInputGradient(dy, inside, matrix, shape, grid, x.shape);
  if (typeof range !== 'object') return { dx, dClipped: dx, dKernel: kernelGradient(x, dy, shape, range) };
  const parts = range.map((r, part) => partKernelGradient(tf.clipByValue(x, -r, r), dy, shape, grid, part));
  return { dx, dClipped: dx, dKernel: parts.reduce((a, b) => tf.add(a, b)) };
}

function torchGradients(dy: tf.Tensor, { x, matrix, range, inside }: Saved, layer: HwaLayer) {
  const { shape, grid, config } = layer;
  if (typeof range === 'object') {
    const dParts = range.map((_, part) => (inside === undefined ? dy : masked(dy, inside[part]!)));
    return torchPartGradients(dParts, x, matrix, range, layer);
  }
  const { logical, stopped } = convertedInput(x, range, config.forward);
  const dClipped = maskedInputGradient(dy, inside, matrix, shape, grid, x.shape);
  return {
    dx: stopped(dClipped),
    dClipped,
    dKernel: maskedKernelGradient(logical, dy, inside, shape, grid),
  };
}
