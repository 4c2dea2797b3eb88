import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitSizes, tileGrid } from '../../../src/crossbar/index.js';

test('cuts evenly, larger parts first', () => {
  expect(splitSizes(1300, 512)).toEqual([434, 433, 433]);
  expect(splitSizes(512, 512)).toEqual([512]);
  expect(splitSizes(513, 512)).toEqual([257, 256]);
  expect(splitSizes(1300, 0)).toEqual([1300]);
});

test('parts add up, differ by at most one and fit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 600 }), (size, max) => {
      const sizes = splitSizes(size, max);
      expect(sizes.reduce((a, b) => a + b)).toBe(size);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(max);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(sizes.length).toBe(Math.ceil(size / max));
    }),
  );
});

test('a grid starts with zero and ends with the size', () => {
  expect(tileGrid(576, 64, { maxInputSize: 256, maxOutputSize: 256 })).toEqual({
    rowCuts: [0, 192, 384, 576],
    colCuts: [0, 64],
  });
});
