import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capped, stratifiedOrder, stratifiedSplit } from '../../src/data/index.js';
import { createRng } from '../../src/tensor/index.js';

const labelLists = fc.uint8Array({ minLength: 1, maxLength: 400, max: 9 });

/** How often each class occurs among chosen images. */
function classCounts(labels: Uint8Array, indices: Iterable<number>): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const index of indices) counts[labels[index]!]!++;
  return counts;
}

describe('stratifiedSplit', () => {
  it('puts every image in exactly one part', () => {
    fc.assert(
      fc.property(labelLists, fc.nat(), (labels, seed) => {
        const { train, validation } = stratifiedSplit(labels, createRng(seed));
        const all = [...train, ...validation].sort((a, b) => a - b);
        expect(all).toEqual([...labels.keys()]);
      }),
    );
  });

  it('takes a fifth of each class for validation, to the nearest image', () => {
    fc.assert(
      fc.property(labelLists, fc.nat(), (labels, seed) => {
        const { validation } = stratifiedSplit(labels, createRng(seed));
        const expected = classCounts(labels, labels.keys()).map((count) => Math.round(count / 5));
        expect(classCounts(labels, validation)).toEqual(expected);
      }),
    );
  });

  it('repeats under a seed and changes with it', () => {
    const labels = Uint8Array.from({ length: 200 }, (_, i) => i % 10);
    const split = (seed: number) => stratifiedSplit(labels, createRng(seed));
    expect(split(3)).toEqual(split(3));
    expect(split(3).validation).not.toEqual(split(4).validation);
  });
});

describe('stratifiedOrder', () => {
  it('gives every prefix the class shares of the whole, within one image', () => {
    fc.assert(
      fc.property(labelLists, fc.nat(), fc.nat({ max: 400 }), (labels, seed, limit) => {
        const prefix = capped(stratifiedOrder(labels, createRng(seed)), limit);
        const whole = classCounts(labels, labels.keys());
        const share = prefix.length / labels.length;
        for (const [label, count] of classCounts(labels, prefix).entries()) {
          expect(Math.abs(count - share * whole[label]!)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('nests: a smaller cap is a prefix of a larger one', () => {
    const labels = Uint8Array.from({ length: 50 }, (_, i) => i % 3);
    const order = stratifiedOrder(labels, createRng(1));
    expect([...capped(order, 7)]).toEqual([...capped(order, 20)].slice(0, 7));
    expect(capped(order, undefined)).toHaveLength(50);
    expect(capped(order, 500)).toHaveLength(50);
  });
});
