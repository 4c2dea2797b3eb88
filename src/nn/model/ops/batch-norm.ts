import { batchNormInfer, batchNormTrain } from '../../../tensor/index.js';
import type { BatchNormNode } from '../../graph/ops/batch-norm.js';
import type { Binder } from '../runner.js';

export const batchNorm: Binder<BatchNormNode> = (node, { weight, fusedRelu }) => {
  const options = { epsilon: node.epsilon, relu: fusedRelu };
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'movingMean', 'movingVariance'].map(weight);
  return ([x], { training, means, variances }) => {
    if (!training) return batchNormInfer(x!, gamma!, beta!, mean!, variance!, options);
    const batch = batchNormTrain(x!, gamma!, beta!, options);
    means.push(batch.mean);
    variances.push(batch.variance);
    return batch.y;
  };
};
