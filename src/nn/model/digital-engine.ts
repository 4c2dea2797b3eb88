import type { LayerShape, Padding } from '../../crossbar/index.js';
import { isTaping, tf } from '../../tensor/index.js';
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
  if (matrix.depthwise) return depthwise(x as tf.Tensor4D, kernelTensor as tf.Tensor4D, shape);
  return withDenseKernel(matrix, (kernel) => convolve(x as tf.Tensor4D, kernel as tf.Tensor4D, shape));
}

function convolve(x: tf.Tensor4D, kernel: tf.Tensor4D, { strides, padding, dilations }: ConvShape): tf.Tensor4D {
  return tf.conv2d(x, kernel, pair(strides), tfPadding(padding), 'NHWC', pair(dilations));
}

function depthwise(x: tf.Tensor4D, kernel: tf.Tensor4D, { strides, padding, dilations }: ConvShape): tf.Tensor4D {
  return tf.depthwiseConv2d(x, kernel, pair(strides), tfPadding(padding), 'NHWC', pair(dilations));
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
