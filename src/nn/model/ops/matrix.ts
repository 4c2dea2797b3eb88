import { tf } from '../../../tensor/index.js';
import type { Conv2dNode } from '../../graph/ops/conv2d.js';
import type { DenseNode } from '../../graph/ops/dense.js';
import type { DepthwiseConv2dNode } from '../../graph/ops/depthwise-conv2d.js';
import type { Binder } from '../runner.js';

export const conv2d: Binder<Conv2dNode> = (_, { matrices: [matrix] }) => {
  return ([x], { engine }) => engine.apply(matrix!, x!);
};

export const depthwiseConv2d: Binder<DepthwiseConv2dNode> = (_, { matrices: [matrix] }) => {
  return ([x], { engine }) => engine.apply(matrix!, x!);
};

export const dense: Binder<DenseNode> = (node, { matrices: [matrix], inputShapes: [shape] }) => {
  if (shape!.length === 1) return ([x], { engine }) => engine.apply(matrix!, x!);
  return ([x], { engine }) =>
    tf.tidy(() => {
      const rows = tf.reshape(x!, [-1, shape!.at(-1)!]);
      return tf.reshape(engine.apply(matrix!, rows), [-1, ...shape!.slice(0, -1), node.units]);
    });
};
