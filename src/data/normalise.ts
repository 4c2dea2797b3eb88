import { tf } from '../tensor/index.js';
import { type ImageSet, imageSize, requireIndices, requireWhole } from './image-set.js';

/** Mean and standard deviation per channel, on pixels / 255. A network sees (pixel / 255 - mean) / std. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A batch as a network takes it. */
export interface Batch {
  /** Normalised images [n, height, width, channels]. */
  readonly x: tf.Tensor4D;
  /** int32 [n]. */
  readonly labels: tf.Tensor1D;
}

/** Mean and deviation (n) of each channel over all pixels of a set; a channel of one value gets deviation 1. */
export function channelStatistics(set: ImageSet): Normalisation {
  const channels = set.shape[2];
  const mean: number[] = [];
  const std: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    // Sums of 8-bit values and their squares are exact in a double: no order of summation matters.
    let sum = 0;
    let squares = 0;
    for (let i = channel; i < set.pixels.length; i += channels) {
      const value = set.pixels[i]!;
      sum += value;
      squares += value * value;
    }
    const count = set.pixels.length / channels;
    const variance = squares / count - (sum / count) ** 2;
    mean.push(sum / count / 255);
    std.push(variance > 0 ? Math.sqrt(variance) / 255 : 1);
  }
  return { mean, std };
}

/** Normalised value of each of the 256 levels, channel after channel: index with `channel * 256 + pixel`. */
export function normalisationTable({ mean, std }: Normalisation): Float32Array {
  const table = new Float32Array(mean.length * 256);
  for (let channel = 0; channel < mean.length; channel++) {
    for (let level = 0; level < 256; level++) {
      table[channel * 256 + level] = (level / 255 - mean[channel]!) / std[channel]!;
    }
  }
  return table;
}

/**
 * The images at `indices` as tensors, without augmentation. The caller disposes both.
 *
 * @throws USAGE when an index is not one of an image; DATA_INVALID when labels or pixels are missing
 * @example const { x, labels } = toTensor(data.test, [0, 1, 2, 3], data.normalise) // x: [4, 32, 32, 3]
 */
export function toTensor(set: ImageSet, indices: ArrayLike<number>, normalise: Normalisation): Batch {
  requireWhole(set, 'images');
  requireIndices(set, indices);
  const values = normaliseInto(new Float32Array(indices.length * imageSize(set.shape)), set, indices, normalise);
  return { x: tf.tensor4d(values, [indices.length, ...set.shape]), labels: labelTensor(set, indices) };
}

/** The labels at `indices`, int32 [n]. */
export function labelTensor(set: ImageSet, indices: ArrayLike<number>): tf.Tensor1D {
  return tf.tensor1d(
    Int32Array.from(indices, (index) => set.labels[index]!),
    'int32',
  );
}

function normaliseInto(out: Float32Array, set: ImageSet, indices: ArrayLike<number>, normalise: Normalisation) {
  const table = normalisationTable(normalise);
  const size = imageSize(set.shape);
  const channels = set.shape[2];
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * size;
    for (let k = 0; k < size; k += channels) {
      for (let c = 0; c < channels; c++) out[i * size + k + c] = table[c * 256 + set.pixels[from + k + c]!]!;
    }
  }
  return out;
}
