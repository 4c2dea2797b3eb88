import type { RandomSource } from '../random/source.js';
import { tf } from '../tf.js';
import { hasKernel } from './has-kernel.js';

/** Kernel of {@link noisyWeights}. */
export const NoisyWeights = 'NoisyWeights';

/** How the weights of a layer lie on their tiles, and their noise. */
export interface NoisyWeightsAttrs {
  /** Taps of the filter, 1 for a dense layer; the rows of the matrix go tap by tap. */
  readonly taps: number;
  readonly channels: number;
  /** Cuts of the rows into tiles, from 0 to taps * channels; row = channel * taps + tap. */
  readonly rowCuts: readonly number[];
  /** Cuts of the columns into tiles. */
  readonly colCuts: readonly number[];
  /** Analog size, above 0, of the largest weight of a tile or, with `columnwise`, of each column of a tile. */
  readonly omega: number;
  readonly columnwise: boolean;
  /** What the noise is relative to; 0: to the largest analog weight of the tile. */
  readonly assumedMax: number;
  /** What is taken for the largest weight of a tile of zeros. */
  readonly emptyMax: number;
  /** Standard deviation of the noise, relative. */
  readonly stdDev: number;
  readonly source: RandomSource;
}

/** Whether the backend in use has the kernel. */
export function hasNoisyWeights(): boolean {
  return hasKernel(NoisyWeights);
}

/**
 * The weights of a hardware-aware training step with additive normal noise, in one pass. The meaning is the crossbar
 * room's reference. Without a gradient. Only where {@link hasNoisyWeights}.
 *
 * @param w logical weights, [taps * channels, columns]
 * @returns `scales` [row tiles, columns], `analog` = w / scale + noise, and `logical` = analog * scale
 */
export function noisyWeights(
  w: tf.Tensor2D,
  attrs: NoisyWeightsAttrs,
): { analog: tf.Tensor2D; scales: tf.Tensor2D; logical: tf.Tensor2D } {
  const outputs = tf.engine().runKernel(NoisyWeights, { w }, attrs as unknown as tf.NamedAttrMap);
  const [analog, scales, logical] = outputs as tf.Tensor2D[];
  return { analog: analog!, scales: scales!, logical: logical! };
}
