import { z } from 'zod';
import type { Rng } from '../tensor/index.js';
import { type ImageSet, imageSize } from './image-set.js';
import { type Normalisation, normalisationTable } from './normalise.js';

/** Options of {@link augmentBatch}. */
export const augmentationSchema = z
  .strictObject({
    padCrop: z.int().min(0).max(16).default(4).describe('shift by up to this many pixels each way; 0 is off'),
    flip: z.boolean().default(true).describe('mirror left and right with probability 1/2'),
    cutout: z
      .int()
      .min(0)
      .max(32)
      .default(0)
      .describe('side in pixels of a blanked square at a random place; 0 is off'),
  })
  .describe('random changes of the training images, drawn anew in every epoch');

/** Random changes of training images. */
export type Augmentation = z.output<typeof augmentationSchema>;

/** No change at all. */
export const noAugmentation: Augmentation = { padCrop: 0, flip: false, cutout: 0 };

/** Random numbers per image; the count is fixed so that one image's draws never depend on another's. */
const drawsPerImage = 5;

/**
 * Writes the images at `indices`, randomly changed and normalised, into `out` [n, height, width, channels].
 *
 * Pixels from outside the image and cut-out pixels are 0 after normalising, the mean colour. The image is shifted by a
 * whole number of pixels, uniform in -padCrop..padCrop (which is padding, then a random crop); a cut-out square has its
 * centre anywhere in the image and may stick out (DeVries and Taylor, arXiv 1708.04552).
 *
 * @param rng stream of this batch alone, for example `rng.child('augment/17')`
 * @param out reused buffer of at least n images
 */
export function augmentBatch(
  set: ImageSet,
  indices: ArrayLike<number>,
  normalise: Normalisation,
  options: Augmentation,
  rng: Rng,
  out: Float32Array,
): Float32Array {
  const table = normalisationTable(normalise);
  const draws = rng.fillUniform(new Float32Array(indices.length * drawsPerImage));
  const size = imageSize(set.shape);
  for (let i = 0; i < indices.length; i++) {
    const image = out.subarray(i * size, (i + 1) * size);
    const [u0, u1, u2, u3, u4] = draws.subarray(i * drawsPerImage, (i + 1) * drawsPerImage) as unknown as Draws;
    const shiftY = pick(u0, 2 * options.padCrop + 1) - options.padCrop;
    const shiftX = pick(u1, 2 * options.padCrop + 1) - options.padCrop;
    copyShifted(image, set, indices[i]! * size, table, shiftY, shiftX, options.flip && u2 < 0.5);
    if (options.cutout > 0) {
      blank(image, set.shape, options.cutout, pick(u3, set.shape[0]), pick(u4, set.shape[1]));
    }
  }
  return out;
}

type Draws = [number, number, number, number, number];

/** A whole number 0..n-1 from a uniform one. */
function pick(uniform: number, n: number): number {
  return Math.min(n - 1, Math.floor(uniform * n));
}

/** out[y, x] = image[y + shiftY, x + shiftX] (mirrored first where `mirror`), normalised; 0 outside. */
function copyShifted(
  out: Float32Array,
  set: ImageSet,
  offset: number,
  table: Float32Array,
  shiftY: number,
  shiftX: number,
  mirror: boolean,
): void {
  const [height, width, channels] = set.shape;
  const { pixels } = set;
  const row = width * channels;
  const step = mirror ? -channels : channels;
  const firstX = Math.max(0, -shiftX);
  const endX = Math.min(width, width - shiftX);
  if (shiftY !== 0 || shiftX !== 0) out.fill(0);
  for (let y = Math.max(0, -shiftY); y < Math.min(height, height - shiftY); y++) {
    const fromX = mirror ? width - 1 - firstX - shiftX : firstX + shiftX;
    let from = offset + (y + shiftY) * row + fromX * channels;
    let to = y * row + firstX * channels;
    for (let x = firstX; x < endX; x++, from += step) {
      for (let c = 0; c < channels; c++) out[to++] = table[c * 256 + pixels[from + c]!]!;
    }
  }
}

/** Sets the part of a square of `side` pixels around (centreY, centreX) that lies inside the image to 0. */
function blank(
  out: Float32Array,
  [height, width, channels]: ImageSet['shape'],
  side: number,
  centreY: number,
  centreX: number,
): void {
  const top = centreY - Math.floor(side / 2);
  const left = centreX - Math.floor(side / 2);
  const from = Math.max(0, left) * channels;
  const to = Math.min(width, left + side) * channels;
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) {
    out.fill(0, y * width * channels + from, y * width * channels + to);
  }
}
