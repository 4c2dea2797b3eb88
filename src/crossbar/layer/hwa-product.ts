import { tf } from '../../tensor/index.js';
import { engineOf } from '../config/crossbar-config.js';
import type { LayerRange, LayerWeights } from './forward-call.js';
import type { HwaLayer } from './hwa-layer.js';
import { partRanges, rangeInForce } from './input-range.js';
import { kernelGradient, maskedInputGradient, partKernelGradient } from './layer-gradient.js';
import { kernelRows } from './layer-shape.js';
import { noisyWeights } from './noisy-weights.js';
import { rangedForward } from './part-values.js';
import { learnedRange, learnedRangeGradient } from './range-gradient.js';
import { type LayerGradients, torchLayerGradients } from './torch-layer-gradients.js';

/**
 * The noisy product of a training step with its own gradient. In logical units, where the mapping scale cancels:
 * `dx = W~^T dy`, W~ the modified weights and dy zero where the ADC was at its bound; `dW = dy x'^T`, x' the input
 * clipped to its range. The C++ tile ignores rounding and clipping of inputs in both; the torch tile has autograd through
 * every step, see {@link torchLayerGradients}. An input range that is learned has a gradient too, see
 * {@link learnedRangeGradient}.
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
    save([input, noisy.logical, noisy.analog, noisy.scales, ...(inside ?? [])]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedInput, matrix, analog, scales, ...others] = saved;
      const savedInside = inside === undefined ? undefined : others;
      const tensors = {
        ...{ x: savedInput!, matrix: matrix as tf.Tensor2D, range, inside: savedInside },
        weights: { analog: analog as tf.Tensor2D, scales: scales as tf.Tensor2D },
      };
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
  /** The same on their tiles. */
  readonly weights: LayerWeights;
  readonly range: LayerRange;
  readonly inside: readonly tf.Tensor[] | undefined;
}

function rpuGradients(dy: tf.Tensor, { x, matrix, range, inside }: Saved, { shape, grid }: HwaLayer): LayerGradients {
  const dx = maskedInputGradient(dy, inside, matrix, shape, grid, x.shape);
  if (typeof range !== 'object') return { dx, dClipped: dx, dKernel: kernelGradient(x, dy, shape, range) };
  const parts = range.map((r, part) => partKernelGradient(tf.clipByValue(x, -r, r), dy, shape, grid, part));
  return { dx, dClipped: dx, dKernel: parts.reduce((a, b) => tf.add(a, b)) };
}

function torchGradients(dy: tf.Tensor, saved: Saved, layer: HwaLayer): LayerGradients {
  const { rowParts } = layer.grid;
  const step = { ...layer, ...saved, ranges: partRanges(saved.range, rowParts) };
  return torchLayerGradients(Array<tf.Tensor>(rowParts).fill(dy), step);
}
