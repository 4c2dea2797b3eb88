import type { tf } from '../../tensor/index.js';

/** What is needed to turn conductances back into weights. */
export interface ConversionScale {
  /** Conductance per unit weight, in uS: a scalar, or one value per output. */
  readonly ratio: tf.Tensor;
  /** Weight that the smallest conductance stands for (single-device conversion only). */
  readonly offset?: tf.Tensor;
  /** The converted weights themselves, where the way back needs them (Fusion only). */
  readonly original?: tf.Tensor2D;
}

/** The conductances of one tile. */
export interface Conversion {
  /** In uS, one tensor per device of the unit cell: pair 1 plus, pair 1 minus, pair 2 plus, ...; least significant first. */
  readonly conductances: tf.Tensor2D[];
  readonly scale: ConversionScale;
}

/**
 * Maps the weights of one tile to device conductances and back.
 * Weights have shape [inputs, outputs] and normalised units; the scale always follows the weights given.
 */
export interface Converter {
  readonly gMax: number;
  readonly gMin: number;
  /** Significance of each pair, least significant first; [1] where there is one pair or one device. */
  readonly significances: readonly number[];
  toConductances(weights: tf.Tensor2D): Conversion;
  toWeights(conductances: readonly tf.Tensor2D[], scale: ConversionScale): tf.Tensor2D;
}
