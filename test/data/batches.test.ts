import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesPerEpoch, orderedBatches, shuffledBatches } from '../../src/data/index.js';
import { createRng } from '../../src/tensor/index.js';

describe('shuffledBatches', () => {
  it('yields whole batches of different images, as many as batchesPerEpoch says', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 50 }), fc.nat(), (count, batchSize, seed) => {
        const batches = [...shuffledBatches(count, batchSize, createRng(seed))];
        expect(batches).toHaveLength(batchesPerEpoch(count, batchSize));
        const seen = batches.flatMap((batch) => [...batch]);
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.every((index) => index >= 0 && index < count)).toBe(true);
        if (count >= batchSize) expect(batches.every((batch) => batch.length === batchSize)).toBe(true);
        else expect(seen).toHaveLength(count);
      }),
    );
  });

  it('orders by the stream alone', () => {
    const epoch = (name: string) => [...shuffledBatches(64, 16, createRng(1).child(name))];
    expect(epoch('epoch/0')).toEqual(epoch('epoch/0'));
    expect(epoch('epoch/0')).not.toEqual(epoch('epoch/1'));
  });
});

it.each([0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses batches of %d images', (batchSize) => {
  const refusal = expect.objectContaining({
    code: 'USAGE',
    details: { path: 'batchSize', found: String(batchSize), accepted: 'a whole number >= 1' },
  });
  expect(() => orderedBatches(5, batchSize).next()).toThrow(refusal);
  expect(() => shuffledBatches(5, batchSize, createRng(1)).next()).toThrow(refusal);
  expect(() => batchesPerEpoch(5, batchSize)).toThrow(refusal);
});

describe('orderedBatches', () => {
  it('yields everything in order', () => {
    expect([...orderedBatches(5, 2)].map((batch) => [...batch])).toEqual([[0, 1], [2, 3], [4]]);
    expect([...orderedBatches(0, 2)]).toEqual([]);
  });
});
