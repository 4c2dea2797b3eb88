import { describe, expect, it } from 'vitest';
import { tf } from '../../src/tensor/index.js';
import { accuracy } from '../../src/training/index.js';
import { bars, normalise } from './fixtures.js';

const set = bars(50, 1);

describe('accuracy', () => {
  it('is the share of images whose largest output is their label, whatever the batch size', async () => {
    // Says class 0 for all: a third of the images (17 of 50) have it.
    const alwaysFirst = (x: tf.Tensor4D) => tf.tensor2d(new Array(x.shape[0]).fill([1, 0, 0]));
    for (const batchSize of [1, 7, 50, 64]) {
      expect(await accuracy(alwaysFirst, set, normalise, { batchSize })).toBe(17 / 50);
    }
  });

  it('numbers the batches and frees all tensors', async () => {
    const before = tf.memory().numTensors;
    const batches: number[] = [];
    const note = (x: tf.Tensor4D, batch: number) => {
      batches.push(batch);
      return tf.zeros([x.shape[0], 3]);
    };
    await accuracy(note, set, normalise, { batchSize: 20 });
    expect(batches).toEqual([0, 1, 2]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['NaN in one image', [0, 1, Number.NaN], 'NaN'],
    ['a largest output that has overflown', [0, Number.POSITIVE_INFINITY, 1], 'Infinity'],
    ['no finite output at all', new Array(3).fill(Number.NEGATIVE_INFINITY), '-Infinity'],
  ])('refuses outputs without a largest one, which argMax would call class 0: %s', async (_, row, found) => {
    const before = tf.memory().numTensors;
    const last = (x: tf.Tensor4D, batch: number) => {
      const rows = Array.from({ length: x.shape[0] }, (_row, i) => (batch === 2 && i === 3 ? row : [3, 2, 1]));
      return tf.tensor2d(rows);
    };
    await expect(accuracy(last, set, normalise, { batchSize: 20 })).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      details: { found: `a largest output of ${found}` },
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes logarithms of probabilities, those of 0 among them', async () => {
    const logarithms = (x: tf.Tensor4D) =>
      tf.tensor2d(new Array(x.shape[0]).fill([0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]));
    expect(await accuracy(logarithms, set, normalise)).toBe(17 / 50);
  });

  it('refuses a set without images or with fewer labels than images', async () => {
    const predict = (x: tf.Tensor4D) => tf.zeros([x.shape[0], 3]);
    await expect(accuracy(predict, bars(0, 1), normalise)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      summary: 'There are no images.',
    });
    const short = { ...set, labels: set.labels.subarray(0, 49) };
    await expect(accuracy(predict, short, normalise)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      details: { found: '49 labels, 3200 pixel values' },
    });
  });

  it.each([0, -1, Number.NaN])('refuses a batch size of %d', async (batchSize) => {
    // were it taken, the loop would end here
    const predict = (): tf.Tensor => {
      throw new Error('a batch was begun');
    };
    await expect(accuracy(predict, set, normalise, { batchSize })).rejects.toMatchObject({
      code: 'USAGE',
      details: { path: 'batchSize', found: String(batchSize) },
    });
  });

  it('stops at an abort', async () => {
    const signal = AbortSignal.abort('stop');
    await expect(accuracy((x) => tf.zeros([x.shape[0], 3]), set, normalise, { signal })).rejects.toMatchObject({
      name: 'AbortError',
      cause: 'stop',
    });
  });
});
