import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../../src/search/pareto/hypervolume.js';
import {
  expectedImprovement,
  normalCdf,
  probabilityWithin,
  VolumeImprovement,
} from '../../../src/search/strategies/acquisition.js';
import { createRng } from '../../../src/tensor/index.js';

const draws = 40_000;

/** Mean of a function of normal numbers, and five of its standard errors. */
function average(mean: number, deviation: number, f: (x: number) => number): { mean: number; bound: number } {
  const rng = createRng(5, `average/${mean}/${deviation}`);
  let [sum, squares] = [0, 0];
  for (let i = 0; i < draws; i++) {
    const value = f(rng.normal(mean, deviation));
    sum += value;
    squares += value * value;
  }
  const average = sum / draws;
  return { mean: average, bound: (5 * Math.sqrt(squares / draws - average ** 2)) / Math.sqrt(draws) };
}

describe('acquisition', () => {
  it.each([
    [0.2, 0.1, 0.25],
    [0.2, 0.1, 0.1],
    [-1, 2, 0.5],
  ])('expected improvement of N(%f, %f) over %f is the mean of the improvements', (mean, deviation, best) => {
    const sampled = average(mean, deviation, (x) => Math.max(0, x - best));
    expect(Math.abs(expectedImprovement(mean, deviation, best) - sampled.mean)).toBeLessThan(sampled.bound);
  });

  it('is the plain improvement without uncertainty', () => {
    expect(expectedImprovement(3, 0, 2)).toBe(1);
    expect(expectedImprovement(1, 0, 2)).toBe(0);
    expect(probabilityWithin(1, 0, 2)).toBe(1);
    expect(probabilityWithin(3, Number.NaN, 2)).toBe(0);
  });

  it('knows the normal distribution', () => {
    for (const [x, p] of [
      [0, 0.5],
      [1, 0.8413447461],
      [-1.959963985, 0.025],
      [4, 0.9999683288],
    ] as const) {
      expect(normalCdf(x)).toBeCloseTo(p, 6);
    }
    expect(probabilityWithin(0.1, 0.02, 0.12)).toBeCloseTo(0.8413447461, 6);
  });

  it('is indifferent to a limit where nothing is known of the spread', () => {
    expect(probabilityWithin(0.3, Number.POSITIVE_INFINITY, 0.1)).toBeCloseTo(0.5, 6);
  });

  it('expects about the volume that a candidate adds on average', () => {
    const front = [
      [0.2, 0.9],
      [0.5, 0.5],
      [0.9, 0.1],
    ];
    const improvement = new VolumeImprovement(front, [0, 0]);
    const before = hypervolume(front, [0, 0]);
    for (const [mean, deviation] of [
      [0.6, 0.05],
      [0.4, 0.3],
    ] as const) {
      const sampled = average(mean, deviation, (x) => hypervolume([...front, [x, 0.6]], [0, 0]) - before);
      // eight slices stand in for the distribution
      expect(Math.abs(improvement.of([mean, 0.6], 0, deviation) - sampled.mean)).toBeLessThan(0.1 * sampled.mean);
    }
    expect(improvement.of([0.4, 0.4], 0, 0)).toBe(0);
  });
});
