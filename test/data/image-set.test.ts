import { describe, expect, it } from 'vitest';
import { type ImageSet, requireImages, selectImages, toTensor } from '../../src/data/index.js';

/** Three images of 2x2x1. */
const set: ImageSet = {
  count: 3,
  shape: [2, 2, 1],
  pixels: Uint8Array.from({ length: 12 }, (_, i) => i),
  labels: Uint8Array.of(5, 6, 7),
};
const empty: ImageSet = { ...set, count: 0, pixels: new Uint8Array(0), labels: new Uint8Array(0) };
const normalise = { mean: [0], std: [1] };

describe('images by their indices', () => {
  it('come in the order asked for', () => {
    expect(selectImages(set, [2, 0])).toEqual({
      ...set,
      count: 2,
      pixels: Uint8Array.of(8, 9, 10, 11, 0, 1, 2, 3),
      labels: Uint8Array.of(7, 5),
    });
  });

  it.each([-1, 3, 0.5, Number.NaN])('are refused where there are none: %d', (index) => {
    const refusal = expect.objectContaining({
      code: 'USAGE',
      details: { path: 'indices[1]', found: String(index), accepted: 'a whole number >= 0 and < 3' },
    });
    expect(() => selectImages(set, [0, index])).toThrow(refusal);
    expect(() => toTensor(set, [0, index], normalise)).toThrow(refusal);
  });
});

describe('a set of images', () => {
  const incomplete: [string, ImageSet, string][] = [
    ['fewer labels than images', { ...set, labels: Uint8Array.of(5, 6) }, '2 labels, 12 pixel values'],
    ['more labels than images', { ...set, labels: Uint8Array.of(5, 6, 7, 8) }, '4 labels, 12 pixel values'],
    ['an image cut short', { ...set, pixels: set.pixels.subarray(1) }, '3 labels, 11 pixel values'],
  ];

  it.each(incomplete)('is refused with %s', (_, images, found) => {
    const refusal = expect.objectContaining({
      code: 'DATA_INVALID',
      details: { found, accepted: '3 labels, 12 pixel values, for 3 images of 2x2x1' },
    });
    expect(() => requireImages(images, 'images')).toThrow(refusal);
    expect(() => toTensor(images, [0], normalise)).toThrow(refusal);
  });

  it('may be empty where none is asked for, but not where images are needed', () => {
    const { x, labels } = toTensor(empty, [], normalise);
    expect([x.shape, labels.shape]).toEqual([[0, 2, 2, 1], [0]]);
    x.dispose();
    labels.dispose();
    expect(() => requireImages(empty, 'training images')).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', summary: 'There are no training images.' }),
    );
  });
});
