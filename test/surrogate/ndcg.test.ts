import { describe, expect, it } from 'vitest';
import { ndcg } from '../../src/surrogate/index.js';

describe('ndcg', () => {
  it('is 1 for the true order and follows the formula otherwise', () => {
    expect(ndcg([5, 7, 9], [1, 2, 3])).toBe(1);
    const ideal = 1 + 0.5 / Math.log2(3);
    expect(ndcg([3, 2, 1], [1, 2, 3])).toBeCloseTo((0.5 / Math.log2(3) + 1 / 2) / ideal, 12);
    expect(ndcg([1, 2], [4, 4])).toBeNaN();
  });
});
