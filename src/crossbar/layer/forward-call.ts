import type { Rng, tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import type { LayerGrid } from './layer-grid.js';
import type { LayerShape } from './layer-shape.js';

/** The weights of a layer as they stand on its tiles. */
export interface LayerWeights {
  /** Analog (normalised) weights, [rows, cols], rows in kernel order. */
  readonly analog: tf.Tensor2D;
  /** Digital factor on each tile's ADC values, [row parts, cols]: mapping scale, drift compensation. */
  readonly scales: tf.Tensor2D;
  /** An analog bias as the last row of the only tile, [1, cols]; undefined where the bias is digital or missing. */
  readonly biasRow?: tf.Tensor2D | undefined;
}

/** What the digital periphery does to the finished sums of a layer: a batch norm at inference, perhaps a ReLU behind it. */
export interface OutputStage {
  /** [cols] */
  readonly factor: tf.Tensor1D;
  /** [cols], added after the factor. */
  readonly offset: tf.Tensor1D;
  readonly relu: boolean;
}

/** Input range of a layer: one for all its tiles, one per row part, or none in force. */
export type LayerRange = number | readonly number[] | undefined;

/** One forward pass of a layer with one input range. */
export interface ForwardCall {
  readonly shape: LayerShape;
  readonly grid: LayerGrid;
  readonly config: CrossbarConfig;
  readonly weights: LayerWeights;
  /** Input range; undefined where none is in force. */
  readonly range: number | undefined;
  /** Digital factor on all outputs, beside the scales: the input range. 1 if absent. */
  readonly outFactor?: number;
  /** Digital bias [cols], or null. */
  readonly bias: tf.Tensor | null;
  /** Standard deviation of the output noise where it differs from tile to tile, [row parts, cols]. */
  readonly outNoise?: tf.Tensor2D | undefined;
  /** Whether a ReLU follows the bias. */
  readonly relu?: boolean;
  /** The inside masks are wanted (training). */
  readonly masks: boolean;
  readonly rng: Rng;
}

/** What a forward pass gives. */
export interface LayerOutput {
  /** [..., cols] */
  readonly y: tf.Tensor;
  /** Per row part, true where the ADC value lies inside 0.999 of its bound, same shape as y; undefined: all inside or not asked for. */
  readonly inside: readonly tf.Tensor[] | undefined;
}

/** What each row part adds to the sum, in front of the bias: scaled digitally, same shape as the result. */
export interface PartValues {
  readonly values: readonly tf.Tensor[];
  readonly inside: LayerOutput['inside'];
}

/** A forward pass of a layer whose row parts may have input ranges of their own. */
export interface RangedCall extends Omit<ForwardCall, 'range' | 'outFactor'> {
  readonly range: LayerRange;
}

/** ADC values from this share of the bound on count as clipped in the backward pass (AIHWKit). */
export const INSIDE_SHARE = 0.999;
