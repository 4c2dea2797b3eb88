import type { tf } from '../../tensor/index.js';
import type { CrossbarConfig, Engine } from '../config/crossbar-config.js';
import type { MvmTrace } from '../mvm/analog-mvm.js';
import type { QuantisedPeriphery } from '../quantiser/quantised-periphery.js';
import type { StepGradients } from '../quantiser/quantiser.js';
import type { InputRange } from './input-range.js';

/** What a tile keeps of a forward pass in training. */
export interface ForwardRecord {
  /** Input as it came, [batch, inputs]. */
  readonly x: tf.Tensor2D;
  /** Input of the crossbar: divided by its range, with a 1 for an analog bias. */
  readonly input: tf.Tensor2D;
  /** Output of the crossbar, before any digital factor. */
  readonly raw: tf.Tensor2D;
  /** Output before the learned scale. */
  readonly unscaled: tf.Tensor2D;
  /** Weights that answered. */
  readonly active: tf.Tensor2D;
  readonly trace: MvmTrace | undefined;
  /** Of a tile with a quantised periphery. */
  readonly quantised?: QuantisedRecord | undefined;
}

/** What the backward pass needs to know of the tile. */
export interface TileState {
  readonly config: CrossbarConfig;
  readonly engine: Engine;
  readonly mappingScales: tf.Tensor2D | undefined;
  readonly learnedOutScales: tf.Tensor2D | undefined;
  readonly inputRange: InputRange | undefined;
  readonly hasBias: boolean;
  readonly bias?: tf.Tensor1D | undefined;
  readonly periphery?: QuantisedPeriphery | undefined;
  /** The transposed product of the C++ tile: exact, or through the converters of a non-ideal backward pass. */
  readonly backProduct: (dOut: tf.Tensor2D, weights: tf.Tensor2D) => tf.Tensor2D;
}

/** Gradients of a tile's parameters as an optimiser takes them, and of its input. The caller disposes the tensors. */
export interface TileGradients {
  readonly dx: tf.Tensor2D;
  /** Of the analog weights, [inputs, outputs]. */
  readonly weights: tf.Tensor2D;
  readonly bias?: tf.Tensor1D;
  readonly learnedOutScales?: tf.Tensor2D;
  readonly inputRange?: number;
  /** Of a quantised periphery: those of its quantisers that learn. */
  readonly quantisers?: QuantiserGradients;
}

/** Gradients of the quantisers that learn, by what they quantise. */
export interface QuantiserGradients {
  readonly scale?: StepGradients;
  readonly bias?: StepGradients;
  readonly output?: StepGradients;
}

/** What the quantised periphery made of a forward pass. */
export interface QuantisedRecord {
  /** Input range times mapping scale times learned scale, before rounding. */
  readonly merged: tf.Tensor;
  /** The same as applied. */
  readonly factor: tf.Tensor;
  /** Output with its bias, before rounding. */
  readonly sum: tf.Tensor;
}

/** Gradients of what the crossbar itself does. */
export type CoreGradients = Pick<TileGradients, 'dx' | 'weights' | 'inputRange'>;
