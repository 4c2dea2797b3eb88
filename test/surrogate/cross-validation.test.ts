import { describe, expect, it } from 'vitest';
import { atLeast, heldOutTau, median, repeatedFolds } from '../../src/surrogate/cross-validation.js';
import { createRng } from '../../src/tensor/index.js';

describe('repeatedFolds', () => {
  it('holds every row out once per repeat, never together with itself', () => {
    const keys = Array.from({ length: 11 }, (_, row) => `row ${row}`);
    const folds = repeatedFolds(keys, 3, 2, createRng(1));
    expect(folds).toHaveLength(6);
    for (const repeat of [folds.slice(0, 3), folds.slice(3)]) {
      const held = repeat.flatMap((fold) => fold.held).sort((a, b) => a - b);
      expect(held).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
    for (const { kept, held } of folds) expect(new Set([...kept, ...held]).size).toBe(11);
    const order = createRng(1).shuffle([...keys.keys()]);
    expect(folds[0]!.held).toEqual([order[0], order[3], order[6], order[9]]);
  });

  it('keeps rows of one key on one side, as near to equal parts as whole keys allow', () => {
    const keys = Array.from({ length: 24 }, (_, row) => `architecture ${row % 12}`);
    for (const { kept, held } of repeatedFolds(keys, 4, 3, createRng(2))) {
      const known = new Set(kept.map((row) => keys[row]));
      expect(held.filter((row) => known.has(keys[row]))).toEqual([]);
      expect([kept.length, held.length]).toEqual([18, 6]);
    }
  });
});

describe('heldOutTau', () => {
  const ordered = { predicted: [1, 2, 3, 4], measured: [5, 6, 7, 8] };
  const reversed = { predicted: [2, 1], measured: [5, 6] };

  it('weighs folds by their pairs and never compares across folds', () => {
    expect(heldOutTau([ordered, reversed])).toBe((6 - 1) / 7);
    expect(heldOutTau([ordered, { predicted: [100, 101], measured: [0, 1] }])).toBe(1);
  });

  it('leaves out folds without an order, and is null where none has one', () => {
    expect(heldOutTau([ordered, { predicted: [1, 1], measured: [1, 2] }])).toBe(1);
    expect(heldOutTau([{ predicted: [1], measured: [1] }])).toBeNull();
    expect(heldOutTau([])).toBeNull();
  });

  it('can be restricted to the better rows', () => {
    const parts = [{ predicted: [1, 2, 4, 3], measured: [1, 2, 3, 4] }];
    expect(heldOutTau(atLeast(parts, median([1, 2, 3, 4])))).toBe(-1);
  });
});
