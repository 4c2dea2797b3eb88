import type { z } from 'zod';
import type { LayerShape } from '../../crossbar/index.js';

/** Shape of one sample, without the batch axis. Images are [height, width, channels]. */
export type Shape = readonly number[];

/** How a weight starts: `he` draws N(0, 2 / fanIn), `glorot` N(0, 2 / (fanIn + fanOut)). */
export type WeightInit =
  | { readonly kind: 'zeros' | 'ones' }
  | { readonly kind: 'he'; readonly fanIn: number }
  | { readonly kind: 'glorot'; readonly fanIn: number; readonly fanOut: number };

/** One weight tensor of a node; its full name is `<nodeId>/<name>`. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  /** False for statistics and constants, which no optimiser touches. */
  readonly trainable: boolean;
  readonly init: WeightInit;
}

/** One weight matrix of a node that lives on a crossbar. */
export interface MatrixSpec {
  /** Appended to the node's id where a node has several matrices (`input` and `recurrent` of an LSTM), else empty. */
  readonly suffix: string;
  readonly shape: LayerShape;
  /** Vectors that pass through the matrix per sample. */
  readonly positions: number;
  /** Name of the weight that fills the matrix. */
  readonly kernel: string;
  /** Name of the weight that is added to the outputs, if any. */
  readonly bias: string | null;
  /** Weights that are not structurally zero: less than rows x columns for a depthwise or grouped convolution. */
  readonly weights: number;
}

/** Everything about an operation that does not need tensors. One file per operation implements this. */
export interface OpDefinition<N> {
  /** Reads a node from JSON, filling defaults. */
  readonly schema: z.ZodType<N>;
  /** Least and greatest number of inputs. */
  readonly inputs: readonly [least: number, most: number];
  /** Shape of the output. Returns a sentence instead where the inputs do not fit. */
  inferShape(node: N, inputs: readonly Shape[]): Shape | string;
  /** Weights of the node; none where left out. */
  weights?(node: N, inputs: readonly Shape[]): readonly WeightSpec[];
  /** Crossbar matrices of the node; none where left out. */
  matrices?(node: N, inputs: readonly Shape[], output: Shape): readonly MatrixSpec[];
}

/** A shape as it is written in messages, for example `32x32x16`. */
export function showShape(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('x');
}

/** Number of values of one sample. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
