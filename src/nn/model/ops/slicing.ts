import { isTaping, tf } from '../../../tensor/index.js';
import type { PadNode, StridedSliceNode } from '../../graph/ops/slicing.js';
import type { Binder } from '../runner.js';

export const pad: Binder<PadNode> = ({ padding, value }, { inputShapes: [shape] }) => {
  const [rows, columns, channels] = padding;
  const onlyChannels = [rows, columns].every((sides) => sides?.[0] === 0 && sides[1] === 0);
  if (shape!.length === 3 && onlyChannels && value === 0) {
    const outChannels = shape![2]! + channels![0] + channels![1];
    return ([x]) => pickPixels(x as tf.Tensor4D, [1, 1], outChannels, channels![0]);
  }
  const sides = [[0, 0], ...padding.map(([before, after]) => [before, after])] as [number, number][];
  return ([x]) => tf.pad(x!, sides, value);
};

export const stridedSlice: Binder<StridedSliceNode> = ({ begin, end, strides }, { inputShapes: [shape] }) => {
  const ends = end.map((limit, axis) => Math.min(limit, shape![axis]!));
  const wholeSample = shape!.every((size, axis) => begin[axis] === 0 && ends[axis] === size);
  if (shape!.length === 3 && wholeSample && strides[2] === 1) {
    return ([x]) => pickPixels(x as tf.Tensor4D, [strides[0]!, strides[1]!], shape![2]!, 0);
  }
  return ([x]) => tf.stridedSlice(x!, [0, ...begin], [x!.shape[0]!, ...ends], [1, ...strides]);
};

/**
 * Every so-many-th pixel, its channels moved up by `shift` among `outChannels`, as a convolution with zeros and ones:
 * that has a gradient, and a fast kernel on each backend, which tfjs' strided slice and pad have not.
 */
function pickPixels(x: tf.Tensor4D, strides: [number, number], outChannels: number, shift: number): tf.Tensor4D {
  const channels = x.shape[3];
  const values = new Float32Array(channels * outChannels);
  for (let channel = 0; channel < channels; channel++) values[channel * outChannels + channel + shift] = 1;
  const kernel = tf.tensor4d(values, [1, 1, channels, outChannels]);
  const picked = tf.conv2d(x, kernel, strides, 'valid');
  if (!isTaping()) kernel.dispose();
  return picked;
}
