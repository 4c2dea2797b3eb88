import { tf } from '../../../tensor/index.js';
import type { ConstantNode } from '../../graph/ops/constant.js';
import type { FlattenNode, ReshapeNode, TransposeNode } from '../../graph/ops/reshaping.js';
import type { Binder } from '../runner.js';

export const flatten: Binder<FlattenNode> = (_, { outputShape }) => {
  return ([x]) => tf.reshape(x!, [-1, outputShape[0]!]);
};

export const reshape: Binder<ReshapeNode> = ({ shape }) => {
  return ([x]) => tf.reshape(x!, [-1, ...shape]);
};

export const transpose: Binder<TransposeNode> = ({ permutation }) => {
  const order = [0, ...permutation.map((axis) => axis + 1)];
  return ([x]) => tf.transpose(x!, order);
};

export const constant: Binder<ConstantNode> = (_, { weight }) => {
  const value = weight('value');
  return () => tf.expandDims(value, 0);
};
