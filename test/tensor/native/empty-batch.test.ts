import { describe, expect, it } from 'vitest';
import {
  analogConv2d,
  analogMatMul,
  batchNormTrain,
  softmaxCrossEntropy,
  tf,
  useBackend,
} from '../../../src/tensor/index.js';
import { nativeAvailable, nativeReason } from '../support.js';

/** What a function gives on a backend: shape, type and values of each tensor. */
async function results(backend: 'cpu' | 'native', run: () => tf.Tensor[]) {
  await useBackend({ backend });
  return tf.tidy(() => run().map((t) => ({ shape: t.shape, dtype: t.dtype, values: [...t.dataSync()] }))) as unknown;
}

const cases: Record<string, () => tf.Tensor[]> = {
  'batch norm': () => Object.values(batchNormTrain(tf.zeros([0, 3]), tf.ones([3]), tf.zeros([3]))),
  'gradients of batch norm': () =>
    tf.grads((x, gamma, beta) => tf.sum(batchNormTrain(x!, gamma!, beta!).y))([
      tf.zeros([0, 2, 3]),
      tf.ones([3]),
      tf.zeros([3]),
    ]),
  'softmax cross entropy': () => [softmaxCrossEntropy(tf.zeros([0, 3]), tf.zeros([0], 'int32') as tf.Tensor1D)],
  'a concatenation': () => [tf.concat([tf.zeros([0, 3]), tf.zeros([0, 2])], 1)],
};

describe.skipIf(!nativeAvailable)(`an empty batch ${nativeReason}`, () => {
  it.each(Object.entries(cases))('of %s gives what cpu gives', async (_, run) => {
    expect(await results('native', run)).toEqual(await results('cpu', run));
  });

  it('concatenated is read by further kernels', async () => {
    await useBackend({ backend: 'native' });
    tf.tidy(() => {
      const joined = tf.concat([tf.zeros([0, 3]), tf.zeros([0, 2])], 1);
      expect(tf.mul(joined, tf.ones([5])).shape).toEqual([0, 5]);
    });
  });

  it.each([false, true])('leaves analog products empty, with masks: %s', async (masks) => {
    await useBackend({ backend: 'native' });
    const periphery = {
      ...{ inputScale: 1, clipRange: true, inpBound: 1, inpStep: 0.1, outBound: 10, outStep: 0.1, outNoise: 0 },
      ...{ noiseManagement: 'None' as const, masks },
    };
    tf.tidy(() => {
      const scales = tf.ones([2, 3]);
      const dense = analogMatMul(tf.zeros([0, 4]), tf.zeros([4, 3]), scales, null, {
        ...periphery,
        rowCuts: [0, 2, 4],
      });
      const conv = analogConv2d(tf.zeros([0, 5, 4, 2]), tf.zeros([3, 3, 2, 3]), scales, tf.zeros([3]), {
        ...periphery,
        rowCuts: [0, 9, 18],
        strides: [1, 1],
        dilations: [1, 1],
        pad: [
          [1, 1],
          [0, 0],
        ],
      });
      expect(dense.y.shape).toEqual([0, 3]);
      expect(conv.y.shape).toEqual([0, 5, 2, 3]);
      expect([dense.clipped, conv.clipped]).toEqual([undefined, undefined]);
    });
  });
});
