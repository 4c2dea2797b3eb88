import { tf } from '../../tensor/index.js';
import { kernelRows, type LayerShape } from './layer-shape.js';

/*
 * Two orders of the rows of a weight matrix occur. Kernel order is that of a HWIO tensor, (kh, kw, channel); matrix
 * order is AIHWKit's and that of the tiles, (channel, kh, kw): channel slowest. For dense layers they are the same.
 */

/** Matrix-order index of each kernel-order row. */
export function matrixIndexOfKernelRow(shape: LayerShape): Int32Array {
  if (shape.kind === 'dense') return Int32Array.from({ length: shape.inSize }, (_, i) => i);
  const [kh, kw] = shape.kernel;
  const channels = shape.inChannels;
  return Int32Array.from({ length: kh * kw * channels }, (_, row) => {
    const channel = row % channels;
    const position = Math.floor(row / channels);
    return channel * kh * kw + position;
  });
}

/** Reorders rows from kernel to matrix order, [rows, cols]. */
export function toMatrixOrder(weights: tf.Tensor2D, shape: LayerShape): tf.Tensor2D {
  if (!ordersDiffer(shape)) return weights;
  const [kh, kw] = shape.kernel;
  return tf.tidy(() => {
    const kernel = tf.reshape(weights, [kh * kw, shape.inChannels, weights.shape[1]]);
    return tf.reshape(tf.transpose(kernel, [1, 0, 2]), weights.shape);
  });
}

/** Reorders rows from matrix to kernel order, [rows, cols]. */
export function toKernelOrder(weights: tf.Tensor2D, shape: LayerShape): tf.Tensor2D {
  if (!ordersDiffer(shape)) return weights;
  const [kh, kw] = shape.kernel;
  return tf.tidy(() => {
    const kernel = tf.reshape(weights, [shape.inChannels, kh * kw, weights.shape[1]]);
    return tf.reshape(tf.transpose(kernel, [1, 0, 2]), weights.shape);
  });
}

function ordersDiffer(shape: LayerShape): shape is Extract<LayerShape, { kind: 'conv2d' }> {
  return shape.kind === 'conv2d' && shape.kernel[0] * shape.kernel[1] > 1 && shape.inChannels > 1;
}

/** Kernels ([in, out], HWIO) as matrices in the order of the tiles, [rows, cols], and back. */
export const matrixOrder = {
  fromKernel: (kernel: tf.Tensor, shape: LayerShape): tf.Tensor2D => toMatrixOrder(kernelRows(kernel), shape),
  toKernel: (matrix: tf.Tensor2D, shape: LayerShape): tf.Tensor => {
    const rows = toKernelOrder(matrix, shape);
    if (shape.kind === 'dense') return rows;
    return tf.reshape(rows, [...shape.kernel, shape.inChannels, shape.outChannels]);
  },
};
