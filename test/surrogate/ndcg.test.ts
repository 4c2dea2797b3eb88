import { describe, expect, it } from 'vitest';
import { ndcg } from '../../src/surrogate/index.js';

describe('ndcg', () => {
  it('is 1 for the true order and follows the formula otherwise', () => {
    expect(ndcg([5, 7, 9], [1, 2, 3])).toBe(1);
    const ideal = 1 + 0.5 / Math.log2(3);
    expect(ndcg([3, 2, 1], [1, 2, 3])).toBeCloseTo((0.5 / Math.log2(3) + 1 / 2) / ideal, 12);
    expect(ndcg([1, 2], [4, 4])).toBeNaN();
  });

  it('gives tied scores the mean of what their orders have, wherever the rows stand', () => {
    const values = [3, 1, 2, 0];
    const scores = [1, 1, 1, 0];
    const orders = [
      [3, 2, 1, 0],
      [3, 1, 2, 0],
      [2, 3, 1, 0],
      [1, 3, 2, 0],
      [2, 1, 3, 0],
      [1, 2, 3, 0],
    ];
    const mean = orders.reduce((sum, order) => sum + ndcg(order, values), 0) / orders.length;
    expect(ndcg(scores, values)).toBeCloseTo(mean, 12);
    expect(ndcg(scores.toReversed(), values.toReversed())).toBeCloseTo(mean, 12);
    // a surrogate that says the same of all is no better on a sorted table
    const falling = Array.from({ length: 100 }, (_, i) => 100 - i);
    const constant = falling.map(() => 0);
    expect(ndcg(constant, falling)).toBeCloseTo(ndcg(constant, falling.toReversed()), 12);
    expect(ndcg(constant, falling)).toBeLessThan(0.85);
  });

  it('is 1, and not more, for a true order with ties', () => {
    const values = [0.1, 0.7, 0.7, 0.7, 0.3, 0.3];
    expect(ndcg(values, values)).toBe(1);
    expect(ndcg([0, 5, 4, 3, 2, 1], values)).toBeCloseTo(1, 12);
    expect(ndcg([0, 5, 4, 3, 2, 1], values)).toBeLessThanOrEqual(1);
  });
});
