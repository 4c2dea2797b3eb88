import { beforeAll, describe, expect, it } from 'vitest';
import {
  batchNormInferReference,
  batchNormTrain,
  batchNormTrainReference,
  softmaxCrossEntropy,
  softmaxCrossEntropyReference,
  tf,
  useBackend,
} from '../../../src/tensor/index.js';
import { expectClose, expectGradients, normals } from '../support.js';

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

describe('batchNormTrainReference', () => {
  it('gives zero mean and unit variance per channel before scale and shift', () => {
    const x = tf.add(tf.mul(normals([6, 3, 3, 4], 1), 3), 5);
    const { y, mean, variance } = batchNormTrainReference(x, tf.ones([4]), tf.zeros([4]), { epsilon: 0 });
    const moments = tf.moments(y, [0, 1, 2]);
    expectClose(moments.mean.dataSync(), [0, 0, 0, 0], 1e-5);
    expectClose(moments.variance.dataSync(), [1, 1, 1, 1], 1e-4);
    const direct = tf.moments(x, [0, 1, 2]);
    expectClose(mean.dataSync(), direct.mean.dataSync(), 1e-5);
    expectClose(variance.dataSync(), direct.variance.dataSync(), 1e-5);
  });

  it.each([false, true])('has the gradients of finite differences, relu %s', (relu) => {
    const inputs = [normals([5, 2, 3], 2), normals([3], 3), normals([3], 4)];
    expectGradients((x, gamma, beta) => batchNormTrainReference(x!, gamma!, beta!, { relu }).y, inputs, 5e-2);
  });

  it('names what does not fit', () => {
    expect(() => batchNormTrain(normals([2, 3], 1), tf.ones([2]), tf.zeros([3]))).toThrow(
      'batchNormTrain: gamma must have shape [3] (the channels of x), got [2]',
    );
  });
});

describe('batchNormInferReference', () => {
  it('equals tf.batchNorm', () => {
    const [x, gamma, beta, mean] = [normals([4, 2, 2, 3], 5), normals([3], 6), normals([3], 7), normals([3], 8)];
    const variance = tf.abs(normals([3], 9));
    const expected = tf.batchNorm(
      x,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      beta as tf.Tensor1D,
      gamma as tf.Tensor1D,
      1e-3,
    );
    expectClose(batchNormInferReference(x, gamma, beta, mean, variance).dataSync(), expected.dataSync(), 1e-5);
  });
});

describe('softmaxCrossEntropyReference', () => {
  it('is the negative log probability of the label', () => {
    const logits = tf.tensor2d([
      [1, 2, 0.5],
      [0, -1, 3],
    ]);
    const probabilities = tf.softmax(logits).arraySync() as number[][];
    const expected = -(Math.log(probabilities[0]![1]!) + Math.log(probabilities[1]![2]!)) / 2;
    const loss = softmaxCrossEntropyReference(logits, tf.tensor1d([1, 2], 'int32'));
    expect(loss.shape).toEqual([]);
    expect(loss.dataSync()[0]).toBeCloseTo(expected, 5);
  });

  it.each([0, 0.1])('has the gradients of finite differences, smoothing %d', (labelSmoothing) => {
    const labels = tf.tensor1d([0, 3, 1], 'int32');
    expectGradients(
      (logits) => softmaxCrossEntropyReference(logits!, labels, { labelSmoothing }),
      [normals([3, 4], 10)],
    );
  });

  it('names what does not fit', () => {
    expect(() => softmaxCrossEntropy(normals([2, 3], 1), tf.tensor1d([1, 2]))).toThrow(
      'expected logits [n, c] and int32 labels [n], got [2,3] and float32 [2]',
    );
  });
});
