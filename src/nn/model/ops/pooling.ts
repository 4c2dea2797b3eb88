import { tf } from '../../../tensor/index.js';
import type { AvgPoolNode, GlobalAvgPoolNode, GlobalMaxPoolNode, MaxPoolNode } from '../../graph/ops/pooling.js';
import { tfPadding } from '../digital-engine.js';
import type { Binder } from '../runner.js';

export const maxPool: Binder<MaxPoolNode> = ({ kernel, strides, padding }) => {
  const pad = tfPadding(padding);
  return ([x]) => tf.maxPool(x as tf.Tensor4D, [...kernel], [...strides], pad);
};

export const avgPool: Binder<AvgPoolNode> = ({ kernel, strides, padding }) => {
  const pad = tfPadding(padding);
  return ([x]) => tf.avgPool(x as tf.Tensor4D, [...kernel], [...strides], pad);
};

export const globalAvgPool: Binder<GlobalAvgPoolNode> = () => {
  return ([x]) => tf.mean(x!, [1, 2]);
};

export const globalMaxPool: Binder<GlobalMaxPoolNode> = () => {
  return ([x]) => tf.max(x!, [1, 2]);
};
