import type { LayerShape, Padding } from '../../crossbar/index.js';
import { isTaping, spreadTaps, tf } from '../../tensor/index.js';
import type { BoundMatrix, MatrixEngine } from './bound-matrix.js';
import { withDenseKernel } from './bound-matrix.js';

type ConvShape = Extract<LayerShape, { kind: 'conv2d' }>;

/** Exact products in floating point. */
export const digitalEngine: MatrixEngine = {
  apply(matrix, x) {
    const product = multiply(matrix, x);
    if (matrix.biasTensor === null) return product;
    const sum = tf.add(product, matrix.biasTensor);
    if (!isTaping()) product.dispose();
    return sum;
  },
};

function multiply(matrix: BoundMatrix, x: tf.Tensor): tf.Tensor {
  const { shape, kernelTensor } = matrix;
  if (shape.kind === 'dense') return tf.matMul(x as tf.Tensor2D, kernelTensor as tf.Tensor2D);
  if (matrix.depthwise) return convolve(tf.depthwiseConv2d, x, kernelTensor, shape);
  return withDenseKernel(matrix, (kernel) => convolve(tf.conv2d, x, kernel, shape));
}

function convolve(
  product: typeof tf.conv2d | typeof tf.depthwiseConv2d,
  x: tf.Tensor,
  kernel: tf.Tensor,
  { strides, padding, dilations }: ConvShape,
): tf.Tensor4D {
  const run = (filter: tf.Tensor, spacing: readonly [number, number]) =>
    product(x as tf.Tensor4D, filter as tf.Tensor4D, pair(strides), tfPadding(padding), 'NHWC', pair(spacing));
  // tfjs has no dilations beside strides, and no gradient of them
  const isPlain = Math.max(...dilations) === 1 || (Math.max(...strides) === 1 && !isTaping());
  if (isPlain) return run(kernel, dilations);
  const spread = spreadTaps(kernel as tf.Tensor4D, dilations);
  const result = run(spread, [1, 1]);
  spread.dispose();
  return result;
}

function pair(values: readonly [number, number]): [number, number] {
  return values as [number, number];
}

/** Padding as tfjs' windowed operations take it. */
export function tfPadding(padding: Padding): 'same' | 'valid' | tf.backend_util.ExplicitPadding {
  if (typeof padding === 'string') return padding;
  const [[top, bottom], [left, right]] = padding;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}
