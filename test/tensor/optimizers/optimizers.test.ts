import { beforeAll, describe, expect, it } from 'vitest';
import { Adam, SgdMomentum, tf, useBackend } from '../../../src/tensor/index.js';
import { expectClose } from '../support.js';

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

/** Values of one weight after steps with the given gradients. */
function path(optimizer: SgdMomentum | Adam, grads: number[], options: { learningRate: number; weightDecay?: number }) {
  const w = tf.tidy(() => tf.variable(tf.tensor1d([1])));
  const values = grads.map((g) => {
    const grad = tf.tensor1d([g]);
    optimizer.step([w], [grad], options);
    grad.dispose();
    return w.dataSync()[0]!;
  });
  w.dispose();
  optimizer.dispose();
  return values;
}

describe('SgdMomentum', () => {
  it('takes the steps worked out by hand', () => {
    expectClose(path(new SgdMomentum({ momentum: 0.5 }), [1, 2], { learningRate: 0.1 }), [0.9, 0.65], 1e-6);
    expectClose(
      path(new SgdMomentum({ momentum: 0.5, nesterov: true }), [1, 2], { learningRate: 0.1 }),
      [0.85, 0.525],
      1e-6,
    );
    expectClose(
      path(new SgdMomentum({ momentum: 0 }), [0, 0], { learningRate: 0.1, weightDecay: 1 }),
      [0.9, 0.81],
      1e-6,
    );
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    path(new SgdMomentum(), [1, 2, 3], { learningRate: 0.1, weightDecay: 0.1 });
    path(new Adam(), [1, 2, 3], { learningRate: 0.1, weightDecay: 0.1 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses gradients that do not belong to the variables', () => {
    const w = tf.variable(tf.tensor1d([1]), true, 'weight');
    expect(() => new SgdMomentum().step([w], [], { learningRate: 1 })).toThrow('got 0 for 1');
    expect(() => new SgdMomentum().step([w], [tf.zeros([2])], { learningRate: 1 })).toThrow(
      'the gradient of weight has shape [2], not [1]',
    );
    w.dispose();
  });
});

describe('Adam', () => {
  it('moves by the learning rate in the first step, whatever the size of the gradient', () => {
    for (const g of [0.01, 100]) {
      expectClose(path(new Adam(), [g], { learningRate: 0.1 }), [0.9], 1e-5);
    }
  });

  it('takes the steps of the formula', () => {
    const [lr, b1, b2] = [0.1, 0.9, 0.999];
    let [w, m, v] = [1, 0, 0];
    const grads = [1, -2, 0.5];
    const expected = grads.map((grad, i) => {
      const g = grad + 0.1 * w;
      m = b1 * m + (1 - b1) * g;
      v = b2 * v + (1 - b2) * g * g;
      w -= (lr * (m / (1 - b1 ** (i + 1)))) / (Math.sqrt(v / (1 - b2 ** (i + 1))) + 1e-8);
      return w;
    });
    expectClose(path(new Adam(), grads, { learningRate: lr, weightDecay: 0.1 }), expected, 1e-5);
  });
});
