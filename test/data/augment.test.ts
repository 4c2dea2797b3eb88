import { describe, expect, it } from 'vitest';
import {
  type Augmentation,
  augmentationSchema,
  augmentBatch,
  type ImageSet,
  noAugmentation,
  paintShapes,
  toTensor,
} from '../../src/data/index.js';
import { createRng, tf } from '../../src/tensor/index.js';

const set: ImageSet = paintShapes(
  Array.from({ length: 20 }, (_, i) => i),
  createRng(5),
);
const normalise = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.3] };
const size = 32 * 32 * 3;

function augmented(options: Partial<Augmentation>, indices: number[], seed = 1): Float32Array {
  const out = new Float32Array(indices.length * size);
  return augmentBatch(set, indices, normalise, { ...noAugmentation, ...options }, createRng(seed), out);
}

/** The normalised pixel of an image of the set. */
function pixel(image: number, y: number, x: number, c: number): number {
  const level = set.pixels[image * size + (y * 32 + x) * 3 + c]!;
  return (level / 255 - normalise.mean[c]!) / normalise.std[c]!;
}

describe('augmentBatch', () => {
  it('without options equals toTensor, which is (pixel / 255 - mean) / std', () => {
    const { x, labels } = toTensor(set, [4, 0, 9], normalise);
    expect(augmented({}, [4, 0, 9])).toEqual(x.dataSync());
    expect(x.shape).toEqual([3, 32, 32, 3]);
    expect([...labels.dataSync()]).toEqual([4, 0, 9]);
    expect(labels.dtype).toBe('int32');
    expect(x.dataSync()[size + 5 * 3 + 2]).toBeCloseTo(pixel(0, 0, 5, 2), 5);
    tf.dispose([x, labels]);
  });

  it('padCrop shifts each image by a whole number of pixels, all shifts occurring, with 0 from outside', () => {
    const seen = new Set<string>();
    const indices = Array.from({ length: 200 }, () => 3);
    const out = augmented({ padCrop: 1 }, indices);
    for (let i = 0; i < indices.length; i++) {
      const shift = findShift(out.subarray(i * size, (i + 1) * size), 3);
      seen.add(shift);
    }
    // 200 draws of 9 shifts: the chance to miss one is below 9 * (8/9)^200 < 1e-9.
    expect([...seen].sort()).toEqual(['-1,-1', '-1,0', '-1,1', '0,-1', '0,0', '0,1', '1,-1', '1,0', '1,1']);
  });

  /** The shift (dy, dx) with out[y, x] = image[y + dy, x + dx], found by comparing everything, border included. */
  function findShift(out: Float32Array, image: number): string {
    for (const dy of [-1, 0, 1]) {
      for (const dx of [-1, 0, 1]) {
        const fits = out.every((value, at) => {
          const c = at % 3;
          const x = Math.floor(at / 3) % 32;
          const y = Math.floor(at / 96);
          const inside = y + dy >= 0 && y + dy < 32 && x + dx >= 0 && x + dx < 32;
          return Math.abs(value - (inside ? pixel(image, y + dy, x + dx, c) : 0)) < 1e-5;
        });
        if (fits) return `${dy},${dx}`;
      }
    }
    return 'none';
  }

  it('flip mirrors about half of the images and leaves the others alone', () => {
    const n = 100;
    const out = augmented(
      { flip: true },
      Array.from({ length: n }, () => 7),
    );
    const plain = augmented({}, [7]);
    const mirrored = plain.map(
      (_, at) => plain[(Math.floor(at / 96) * 32 + 31 - (Math.floor(at / 3) % 32)) * 3 + (at % 3)]!,
    );
    let flips = 0;
    for (let i = 0; i < n; i++) {
      const image = out.subarray(i * size, (i + 1) * size);
      if (image.every((value, at) => value === mirrored[at])) flips++;
      else expect(image).toEqual(plain);
    }
    // Binomial(100, 1/2): standard error 5, five of them.
    expect(Math.abs(flips - n / 2)).toBeLessThan(25);
  });

  it('cutout sets a square to 0 and nothing else', () => {
    const plain = augmented({}, [2]);
    for (let seed = 0; seed < 20; seed++) {
      const out = augmented({ cutout: 8 }, [2], seed);
      const changed = [...out.keys()].filter((at) => out[at] !== plain[at]);
      expect(changed.every((at) => out[at] === 0)).toBe(true);
      const rows = changed.map((at) => Math.floor(at / 96));
      const columns = changed.map((at) => Math.floor(at / 3) % 32);
      expect(Math.max(...rows) - Math.min(...rows)).toBeLessThan(8);
      expect(Math.max(...columns) - Math.min(...columns)).toBeLessThan(8);
      expect(changed.length).toBeGreaterThanOrEqual(4 * 4 * 3 - 3);
    }
  });

  it('draws the same for a place in the batch whatever else is in the batch', () => {
    const options = { padCrop: 4, flip: true, cutout: 8 };
    const two = augmented(options, [5, 6]);
    const three = augmented(options, [5, 6, 7]);
    expect(three.subarray(0, 2 * size)).toEqual(two);
    expect(augmented(options, [5, 6], 2)).not.toEqual(two);
  });

  it('has defaults and refuses impossible options', () => {
    expect(augmentationSchema.parse({})).toEqual({ padCrop: 4, flip: true, cutout: 0 });
    expect(augmentationSchema.safeParse({ padCrop: -1 }).success).toBe(false);
    expect(augmentationSchema.safeParse({ cutout: 2.5 }).success).toBe(false);
    expect(augmentationSchema.safeParse({ mixup: 1 }).success).toBe(false);
  });
});
