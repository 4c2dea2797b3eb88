import { expect, test } from 'vitest';
import { piecewiseLinear } from '../../src/devices/index.js';
import { tf, useBackend } from '../../src/tensor/index.js';

test('interpolates between knots and is constant beyond them', async () => {
  await useBackend();
  tf.tidy(() => {
    const y = piecewiseLinear(tf.tensor1d([-5, 0, 0.5, 1, 2, 3, 9]), [0, 1, 3], [10, 20, 0]).dataSync();
    expect([...y]).toEqual([10, 10, 15, 20, 10, 0, 0]);
  });
});
