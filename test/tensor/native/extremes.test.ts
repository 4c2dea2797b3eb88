import { describe, expect, it, onTestFinished } from 'vitest';
import {
  Adam,
  analogMatMul,
  batchNormInfer,
  batchNormTrain,
  clippedFilterGradient,
  tf,
  useBackend,
} from '../../../src/tensor/index.js';
import { nativeAvailable, nativeReason } from '../support.js';
import { valuesOf } from './compare.js';

const big = 2 ** 20;
/** The gradient of a function of one tensor, each output weighted by 3. */
const gradient = (x: number[], f: (x: tf.Tensor) => tf.Tensor) =>
  tf.grad((input: tf.Tensor) => tf.sum(tf.mul(f(input), 3)))(tf.tensor1d(x));
const rows = (count: number, value: number) => new Array<number>(count).fill(value);

/** Results that cpu and native must have in common where numbers are not ordinary. */
const cases: Record<string, () => tf.Tensor[]> = {
  'the gradient of relu at NaN': () => [gradient([Number.NaN, 1, -1, 0], tf.relu)],
  'the gradient of relu6 at its corners': () => [gradient([0, 6, 6.5, -1, 3], tf.relu6)],
  'round where floats have halves last': () => [tf.round(tf.tensor1d([4194304.5, 8388607.5, -4194305.5, 2.5, -0.5]))],
  'elu of small numbers': () => [tf.elu(tf.tensor1d([-1e-6, -3e-8, -0.5, -20]))],
  'powers without a limit': () => [
    tf.pow(tf.tensor1d([1, -1, 1, 2]), tf.tensor1d([Number.NaN, Number.POSITIVE_INFINITY, 5, Number.NaN])),
  ],
  'sums beyond the floats': () => [
    tf.mean(tf.tensor1d(rows(256, 3e38))),
    tf.mean(tf.tensor2d(rows(512, 3e38), [256, 2]), 0),
    tf.sum(tf.tensor1d([...rows(128, 2e38), ...rows(128, -2e38)])),
  ],
  'gradients of pools whose sizes are rounded up': () => {
    const x = tf.tensor4d(
      Array.from({ length: 25 }, (_, i) => i),
      [1, 5, 5, 1],
    );
    const weights = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    return [tf.avgPool, tf.maxPool].map((pool) =>
      tf.grad((input: tf.Tensor) => tf.sum(tf.mul(pool(input as tf.Tensor4D, 2, 2, 0, 'ceil'), weights)))(x),
    );
  },
  'a filter gradient of inputs that are clipped to nothing': () => [
    clippedFilterGradient(tf.tensor4d([1, -2], [1, 1, 2, 1]), tf.ones([1, 1, 2, 1]), 0, {
      strides: [1, 1],
      pad: 'valid',
      dataFormat: 'NHWC',
      filterShape: [1, 1, 1, 1],
    }),
  ],
  'batch norm of no channels': () => [
    batchNormInfer(tf.zeros([2, 0]), tf.zeros([0]), tf.zeros([0]), tf.zeros([0]), tf.zeros([0])),
  ],
};

describe.skipIf(!nativeAvailable)(`numbers at the edge ${nativeReason}`, () => {
  it.each(Object.entries(cases))('%s', async (_, run) => {
    await useBackend({ backend: 'cpu' });
    const expected = valuesOf(run);
    await useBackend({ backend: 'native' });
    const found = valuesOf(run);
    for (const [i, values] of expected.entries()) {
      for (const [k, value] of values.entries()) {
        const given = found[i]![k]!;
        if (Number.isFinite(value)) expect(Math.abs(given - value)).toBeLessThanOrEqual(1e-6 * Math.abs(value));
        else expect(given).toBe(value);
      }
    }
  });

  it('NaN passes through the gradient of batch norm with ReLU', async () => {
    await useBackend({ backend: 'native' });
    const [dx] = tf.grads((x, gamma, beta) => tf.sum(batchNormTrain(x!, gamma!, beta!, { relu: true }).y))([
      tf.tensor2d([Number.NaN, 1, 2, 3, 4, 5], [3, 2]),
      tf.ones([2]),
      tf.zeros([2]),
    ]);
    expect([...dx!.dataSync()].map(Number.isNaN)).toEqual([true, false, true, false, true, false]);
  });

  it('a DAC clips what no float can count in steps', async () => {
    const periphery = {
      rowCuts: [0, 4],
      inputScale: 1,
      clipRange: false,
      noiseManagement: 'None' as const,
      inpBound: 1,
      inpStep: 2 / 254,
      outBound: 10,
      outStep: 0,
      outNoise: 0,
    };
    await useBackend({ backend: 'native' });
    const [found] = valuesOf(() => {
      const x = tf.tensor2d([3e38, 1e38, -2e38, 0, Number.POSITIVE_INFINITY, 1, 0.5, 0.2], [2, 4]);
      const w = tf.tensor2d([0.1, 0.2, 0.3, 0.4], [4, 1]);
      return [analogMatMul(x, w, tf.ones([1, 1]), null, periphery).y];
    });
    // 0.5 and 0.2 are 63.5 and 25.4 steps
    const expected = [0.1 + 0.2 - 0.3, 0.1 + 0.2 + (0.3 * 64 + 0.4 * 25) * (2 / 254)];
    for (const [i, value] of expected.entries()) expect(Math.abs(found![i]! - value)).toBeLessThan(1e-6);
  });

  it('windows that reach beyond what can be addressed are refused, not read', async () => {
    await useBackend({ backend: 'native' });
    const far: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      [0, 0],
      [big, big],
      [0, 0],
    ];
    const x = tf.ones<tf.Rank.R4>([1, 1, 1, 4096]);
    for (const threads of [1, 2]) {
      await useBackend({ backend: 'native', threads });
      expect(() => tf.conv2d(x, tf.ones<tf.Rank.R4>([1, 1, 4096, 1]), [1, big], far)).toThrow('span too much');
      expect(() => tf.conv2d(x, tf.ones<tf.Rank.R4>([1, 2, 4096, 1]), 1, far, 'NHWC', [1, big])).toThrow(
        'span too much',
      );
    }
    await useBackend({ backend: 'native', threads: 1 });
  });

  it('Adam takes 1 - beta of the exact beta', async () => {
    await useBackend({ backend: 'native' });
    const variable = tf.variable(tf.scalar(1));
    const adam = new Adam({ beta2: 0.99999 });
    onTestFinished(() => {
      adam.dispose();
      variable.dispose();
    });
    const [learningRate, beta1, beta2] = [1e-2, 0.9, 0.99999];
    let [weight, first, second] = [1, 0, 0];
    for (let step = 1; step <= 200; step++) {
      const slope = 1 + Math.sin(step);
      const grad = tf.scalar(slope);
      adam.step([variable], [grad], { learningRate });
      grad.dispose();
      first = beta1 * first + (1 - beta1) * slope;
      second = beta2 * second + (1 - beta2) * slope * slope;
      const deviation = Math.sqrt(second / (1 - beta2 ** step)) + 1e-8;
      weight -= (learningRate * first) / (1 - beta1 ** step) / deviation;
    }
    // the rounded beta was off by 1.4e-3 of 1 - beta2, and the step by half of that
    expect(Math.abs((variable.dataSync()[0]! - weight) / (1 - weight))).toBeLessThan(2e-5);
  });
});
