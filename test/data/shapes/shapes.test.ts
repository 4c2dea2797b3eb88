import { describe, expect, it } from 'vitest';
import { fingerprintOf, type ImageSet, loadTask, paintShapes } from '../../../src/data/index.js';
import { createRng } from '../../../src/tensor/index.js';

describe('paintShapes', () => {
  it('paints the same bytes everywhere and always', () => {
    expect(fingerprintOf([paintShapes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1234], createRng(7))])).toBe('a8d6f9f5192acb76');
  });

  it('paints a picture the same whatever is painted beside it', () => {
    const many = paintShapes([17, 3, 99], createRng(7));
    const one = paintShapes([3], createRng(7));
    expect(many.pixels.subarray(3072, 6144)).toEqual(one.pixels);
    expect([...many.labels]).toEqual([7, 3, 9]);
  });
});

describe('synthetic-shapes', () => {
  it('defeats a linear classifier: softmax regression stays under 50 %', async () => {
    const data = await loadTask({ name: 'synthetic-shapes', train: 2000, test: 1000, validation: 1, seed: 1 });
    const accuracy = linearAccuracy(data.train, data.test);
    expect(accuracy).toBeLessThan(0.4);
  });
});

/** Test accuracy of multinomial logistic regression on the pixels, trained by stochastic gradient descent. */
function linearAccuracy(train: ImageSet, test: ImageSet): number {
  const features = 3072;
  const weights = new Float64Array(features * 10);
  const scores = new Float64Array(10);
  const score = (set: ImageSet, image: number) => {
    scores.fill(0);
    for (let f = 0; f < features; f++) {
      const value = set.pixels[image * features + f]! / 128 - 1;
      for (let c = 0; c < 10; c++) scores[c]! += value * weights[f * 10 + c]!;
    }
  };
  const rng = createRng(1, 'linear');
  for (let epoch = 0; epoch < 5; epoch++) {
    for (const image of rng.shuffle([...train.labels.keys()])) {
      score(train, image);
      const top = Math.max(...scores);
      const exps = scores.map((value) => Math.exp(value - top));
      const total = exps.reduce((a, b) => a + b, 0);
      for (let f = 0; f < features; f++) {
        const step = 0.0002 * (train.pixels[image * features + f]! / 128 - 1);
        for (let c = 0; c < 10; c++) {
          weights[f * 10 + c]! -= step * (exps[c]! / total - (train.labels[image] === c ? 1 : 0));
        }
      }
    }
  }
  let right = 0;
  for (let image = 0; image < test.count; image++) {
    score(test, image);
    if (scores.indexOf(Math.max(...scores)) === test.labels[image]) right++;
  }
  return right / test.count;
}
