import { afterAll, beforeAll, expect, test } from 'vitest';
import { GraphBuilder, Model } from '../../../src/nn/index.js';
import { createRng, tf, useBackend } from '../../../src/tensor/index.js';

let model: Model;
const batches = () => [
  tf.tensor2d([
    [1, -2, 3],
    [0, 0, 0],
    [0.5, 0, -0.5],
  ]),
  tf.tensor2d([[-8, 4, 0]]),
];

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
  const builder = new GraphBuilder('one', [3]);
  model = Model.create(builder.build(builder.input.dense(2)), createRng(1));
});
afterAll(() => model.dispose());

const std = (values: number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1));
};

test.each([
  ['Max', {}, 8],
  // Without the vector of zeros: running mean of alpha deviations.
  ['MovingStd', { stdAlpha: 2 }, (2 * std([1, -2, 3, 0.5, 0, -0.5]) + 2 * std([-8, 4, 0])) / 2],
  ['MovingStd', { stdAlpha: 2, maxSamples: 1 }, 2 * std([1, -2, 3, 0.5, 0, -0.5])],
  // Signed values; the median of the second batch is 0 and does not count.
  ['MovingQuantile', { quantile: 0.5 }, 0.25],
  ['MovingQuantile', { quantile: 1 }, (3 + 8) / 2],
  // All nine values: -8 -2 -0.5 0 0 0.5 1 3 4; the quantile 0.9 lies at position 7.2.
  ['CacheQuantile', { quantile: 0.9 }, 3.2],
  ['CacheQuantile', { quantile: 0 }, 8],
] as const)('%s %j', (method, options, expected) => {
  const inputs = batches();
  const ranges = model.calibrateInputRanges(inputs, { method, ...options });
  expect(Object.values(ranges)[0]).toBeCloseTo(expected, 5);
  tf.dispose(inputs);
});

test('a convolution is calibrated on its patches, zeros around the image included', () => {
  const builder = new GraphBuilder('conv', [2, 2, 1]);
  const conv = Model.create(builder.build(builder.input.conv2d({ filters: 1, kernel: 3 })), createRng(1));
  const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  // Each pixel is in all four patches of nine values; 20 of the 36 values are padding.
  const values = [1, 2, 3, 4].flatMap((v) => [v, v, v, v]).concat(Array<number>(20).fill(0));
  const range = conv.calibrateInputRanges([image], { method: 'MovingStd', stdAlpha: 1 });
  expect(Object.values(range)[0]).toBeCloseTo(std(values), 5);
  image.dispose();
  conv.dispose();
});
