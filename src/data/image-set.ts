import { createHash } from 'node:crypto';
import { fail } from '../config/index.js';

/** Height, width and channels of an image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Labelled 8-bit images in one block of memory. */
export interface ImageSet {
  /** Number of images. */
  readonly count: number;
  /** Shape of each image. */
  readonly shape: ImageShape;
  /** Pixels 0..255, image after image, each row by row with its channels side by side (NHWC). */
  readonly pixels: Uint8Array;
  /** Class of each image, an index into the task's class names. */
  readonly labels: Uint8Array;
}

/** Bytes of one image of a shape. */
export function imageSize([height, width, channels]: ImageShape): number {
  return height * width * channels;
}

/**
 * Makes sure that there is at least one image, and that each has its label and all its pixels.
 *
 * @param what names the images in the error, for example `training images`
 * @throws DATA_INVALID
 */
export function requireImages(set: ImageSet, what: string): void {
  requireWhole(set, what);
  if (set.count > 0) return;
  fail('DATA_INVALID', `There are no ${what}.`, { found: 'an empty set', accepted: 'at least one image' });
}

/**
 * Makes sure that each image of a set has its label and all its pixels; an empty set will do.
 *
 * @param what names the images in the error
 * @throws DATA_INVALID
 */
export function requireWhole({ count, shape, pixels, labels }: ImageSet, what: string): void {
  const values = count * imageSize(shape);
  if (labels.length === count && pixels.length === values) return;
  fail('DATA_INVALID', `Labels or pixels of the ${what} are missing or too many.`, {
    found: `${labels.length} labels, ${pixels.length} pixel values`,
    accepted: `${count} labels, ${values} pixel values, for ${count} images of ${shape.join('x')}`,
  });
}

/**
 * Makes sure that a set has an image at each of some indices.
 *
 * @throws USAGE naming the first one that leads nowhere
 */
export function requireIndices({ count }: ImageSet, indices: ArrayLike<number>): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (Number.isInteger(index) && index >= 0 && index < count) continue;
    fail('USAGE', 'There is no image of this index.', {
      path: `indices[${i}]`,
      found: String(index),
      accepted: `a whole number >= 0 and < ${count}`,
    });
  }
}

/**
 * A new set of the images at `indices`, in that order.
 *
 * @throws USAGE when an index is not one of an image
 * @example selectImages(set, [0, 1, 2]) // the first three
 */
export function selectImages(set: ImageSet, indices: ArrayLike<number>): ImageSet {
  requireIndices(set, indices);
  const size = imageSize(set.shape);
  const pixels = new Uint8Array(indices.length * size);
  const labels = new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]!;
    pixels.set(set.pixels.subarray(from * size, (from + 1) * size), i * size);
    labels[i] = set.labels[from]!;
  }
  return { count: indices.length, shape: set.shape, pixels, labels };
}

/**
 * The same images with a smaller side, each pixel the mean of a square block.
 *
 * @throws CONFIG_INVALID when the images are not square, or blocks of whole pixels do not give that side
 */
export function shrinkImages(set: ImageSet, side: number): ImageSet {
  const [height, width, channels] = set.shape;
  if (height !== width || height % side !== 0) {
    fail('CONFIG_INVALID', 'The images cannot be shrunk to this side.', {
      path: 'task.side',
      found: `${side}, images of ${height}x${width}`,
      accepted: height === width ? `a divisor of ${height}` : 'square images',
    });
  }
  const block = height / side;
  const shape: ImageShape = [side, side, channels];
  const pixels = new Uint8Array(set.count * imageSize(shape));
  for (let to = 0; to < pixels.length; to++) {
    const channel = to % channels;
    const column = Math.floor(to / channels) % side;
    // Rows of all images count on, as those of the larger images do.
    const row = Math.floor(to / (channels * side));
    let sum = 0;
    for (let y = 0; y < block; y++) {
      const from = ((row * block + y) * width + column * block) * channels + channel;
      for (let x = 0; x < block; x++) sum += set.pixels[from + x * channels]!;
    }
    pixels[to] = Math.round(sum / (block * block));
  }
  return { count: set.count, shape, pixels, labels: set.labels };
}

/** First 16 hexadecimal digits of the SHA-256 of the shapes, labels and pixels of some sets: equal data, equal text. */
export function fingerprintOf(sets: readonly ImageSet[]): string {
  const hash = createHash('sha256');
  for (const set of sets)
    hash
      .update(`${set.count}x${set.shape.join('x')};`)
      .update(set.labels)
      .update(set.pixels);
  return hash.digest('hex').slice(0, 16);
}
