import { clippedFilterGradient, spreadTaps, tf } from '../../tensor/index.js';
import type { LayerGrid } from './layer-grid.js';
import { type ConvShape, explicitPad, type LayerShape, tfPad } from './layer-shape.js';

/** Gradient of the input: `dy` times the transpose of a matrix in kernel order. */
export function inputGradient(
  dy: tf.Tensor,
  matrix: tf.Tensor2D,
  shape: LayerShape,
  inputShape: readonly number[],
): tf.Tensor {
  if (shape.kind === 'dense') return tf.matMul(dy as tf.Tensor2D, matrix, false, true);
  const [kh, kw] = shape.kernel;
  // tfjs' gradient kernels know no dilation
  const filter = spreadTaps(tf.reshape(matrix, [kh, kw, shape.inChannels, shape.outChannels]), shape.dilations);
  const attrs = { ...convAttrs(shape, inputShape), inputShape: [...inputShape] };
  return run('Conv2DBackpropInput', { dy, filter }, attrs);
}

/** Gradient of the kernel, in the kernel's own shape; of the input clipped to a range, where one is given. */
export function kernelGradient(x: tf.Tensor, dy: tf.Tensor, shape: LayerShape, range?: number): tf.Tensor {
  if (shape.kind === 'dense') {
    const input = range === undefined ? x : tf.clipByValue(x, -range, range);
    return tf.matMul(input as tf.Tensor2D, dy as tf.Tensor2D, true, false);
  }
  const [kh, kw] = shape.kernel;
  const [dh, dw] = shape.dilations;
  const filterShape = [(kh - 1) * dh + 1, (kw - 1) * dw + 1, shape.inChannels, shape.outChannels];
  const attrs = { ...convAttrs(shape, x.shape), filterShape };
  const full =
    range === undefined ? run('Conv2DBackpropFilter', { x, dy }, attrs) : clippedFilterGradient(x, dy, range, attrs);
  if (dh === 1 && dw === 1) return full;
  return tf.stridedSlice(full, [0, 0, 0, 0], filterShape, [dh, dw, 1, 1]);
}

/** `dy` where the ADC of every row part was inside its bound... per part: the input gradient adds up over the parts. */
export function maskedInputGradient(
  dy: tf.Tensor,
  inside: readonly tf.Tensor[] | undefined,
  matrix: tf.Tensor2D,
  shape: LayerShape,
  grid: LayerGrid,
  inputShape: readonly number[],
): tf.Tensor {
  if (inside === undefined || allInside(inside)) return inputGradient(dy, matrix, shape, inputShape);
  const parts = inside.map((mask, part) => partInputGradient(masked(dy, mask), matrix, shape, grid, inputShape, part));
  return parts.reduce((a, b) => tf.add(a, b));
}

/** {@link inputGradient} of one row part: `dy` is the gradient of its value. */
export function partInputGradient(
  dy: tf.Tensor,
  matrix: tf.Tensor2D,
  shape: LayerShape,
  grid: LayerGrid,
  inputShape: readonly number[],
  part: number,
): tf.Tensor {
  const own = grid.membership === undefined ? matrix : tf.mul(matrix, memberColumn(grid.membership, part));
  return inputGradient(dy, own as tf.Tensor2D, shape, inputShape);
}

/** {@link kernelGradient} of one row part: zero in the rows of the others. */
export function partKernelGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  shape: LayerShape,
  grid: LayerGrid,
  part: number,
): tf.Tensor {
  const gradient = kernelGradient(x, dy, shape);
  if (grid.membership === undefined) return gradient;
  const rows = tf.reshape(gradient, [grid.membership.shape[0], -1]);
  return tf.reshape(tf.mul(rows, memberColumn(grid.membership, part)), gradient.shape);
}

/** `dy` where a mask is set. */
export function masked(dy: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return tf.mul(dy, tf.cast(mask, 'float32'));
}

function memberColumn(membership: tf.Tensor2D, part: number): tf.Tensor2D {
  return tf.slice(membership, [0, part], [membership.shape[0], 1]);
}

/** Reading one number back is cheap where tensors live in memory; a GPU would have to wait for it. */
export function allInside(inside: readonly tf.Tensor[]): boolean {
  if (tf.getBackend() === 'webgpu') return false;
  return inside.every((mask) => tf.tidy(() => tf.all(mask).dataSync()[0] === 1));
}

function convAttrs(shape: ConvShape, inputShape: readonly number[]) {
  const pad = tfPad(explicitPad(shape, inputShape[1]!, inputShape[2]!));
  return { strides: [...shape.strides], pad, dataFormat: 'NHWC', dimRoundingMode: undefined };
}

function run(kernel: string, inputs: Record<string, tf.Tensor>, attrs: Record<string, unknown>): tf.Tensor {
  return tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;
}
