import type { tf } from '../../tensor/index.js';

/** The weights of a layer as they stand on its tiles. */
export interface LayerWeights {
  /** Analog (normalised) weights, [rows, cols], rows in kernel order; an analog bias is the last row. */
  readonly analog: tf.Tensor2D;
  /** Digital factor on each tile's ADC values, [row parts, cols]: mapping scale and drift compensation. */
  readonly scales: tf.Tensor2D;
}

/** What a forward pass gives, apart from bias. */
export interface LayerOutput {
  /** [..., cols] */
  readonly y: tf.Tensor;
  /** Per row part, 1 where the ADC value lies inside 0.999 of its bound, same shape as y; undefined: all inside or not asked for. */
  readonly inside: readonly tf.Tensor[] | undefined;
}
