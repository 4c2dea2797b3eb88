import { describe, expect, it } from 'vitest';
import { fromScores, labelWarp, normalQuantile, toScores } from '../../src/surrogate/label-warp.js';

describe('normalQuantile', () => {
  it('has the values of the tables', () => {
    const table = [
      [0.001, -3.090232306],
      [0.02, -2.053748911],
      [0.1, -1.281551566],
      [0.5, 0],
      [0.975, 1.959963985],
      [0.9999, 3.719016485],
    ] as const;
    for (const [p, z] of table) expect(normalQuantile(p)).toBeCloseTo(z, 7);
  });
});

describe('labelWarp', () => {
  const labels = Float64Array.of(0.9, 0.1, 0.85, 0.9, 0.88, 0.91);

  it('spreads crowded labels evenly, gives ties one score, and goes back', () => {
    const warp = labelWarp(labels);
    const scores = toScores(warp, labels);
    expect(scores[0]).toBe(scores[3]);
    expect(scores[1]).toBeCloseTo(normalQuantile(0.5 / 6), 12);
    expect(scores[5]).toBeCloseTo(normalQuantile(5.5 / 6), 12);
    const back = fromScores(warp, scores, new Float64Array(6));
    for (const [i, label] of labels.entries()) expect(back.mean[i]).toBeCloseTo(label, 12);
    expect(Array.from(back.deviation)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('carries on beyond the ends, rising', () => {
    const warp = labelWarp(labels);
    const { mean } = fromScores(warp, [-9, -3, 3, 9], [0, 0, 0, 0]);
    expect(Array.from(mean)).toEqual(Array.from(mean).sort((a, b) => a - b));
    expect(mean[3]).toBeGreaterThan(0.91);
    const { deviation } = fromScores(warp, [0], [0.5]);
    expect(deviation[0]).toBeGreaterThan(0);
  });

  it('knows a single label only', () => {
    const warp = labelWarp(Float64Array.of(2, 2, 2));
    expect(fromScores(warp, [-5, 8], [1, 1])).toEqual({
      mean: Float64Array.of(2, 2),
      deviation: Float64Array.of(0, 0),
    });
  });
});
