import type { Wire } from '../../nn/index.js';

/**
 * What an axis of an ONNX value is in ours: the number of an axis of the sample, the batch, or an axis of size 1 that
 * our value does not have.
 */
export type Axis = number | 'batch' | 'one';

/** A size known now, or that of the batch. */
export type Size = number | 'batch';

/**
 * A value that depends on the network's input: a node of our graph, whose axes may be in another order (channels last).
 * Axes of ours that no axis of ONNX stands for have size 1. Transposing an ONNX value only changes `axes`.
 */
export interface Activation {
  readonly kind: 'activation';
  readonly wire: Wire;
  readonly axes: readonly Axis[];
}

/** A fixed tensor of numbers in ONNX' order of axes. */
export interface Constant {
  readonly kind: 'constant';
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A fixed tensor of whole numbers: indices, and shapes on their way to a Reshape. */
export interface Ints {
  readonly kind: 'ints';
  readonly shape: readonly number[];
  readonly values: readonly Size[];
}

/** One number everywhere, in a tensor whose shape depends on the batch: initial states. */
export interface Fill {
  readonly kind: 'fill';
  readonly value: number;
}

/** The greatest finite float of 32 bits. */
export const greatestFloat = 3.4028234663852886e38;

/** What a name in an ONNX graph stands for. */
export type Value = Activation | Constant | Ints | Fill;

/** A tensor with its axes in another order: output axis i is input axis `order[i]`, or a new one of size 1. */
export function permute({ shape, data }: Constant, order: readonly (number | 'one')[]): Constant {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const outShape = order.map((axis) => (axis === 'one' ? 1 : shape[axis]!));
  const outStrides = order.map((axis) => (axis === 'one' ? 0 : strides[axis]!));
  const result = new Float32Array(data.length);
  const index = outShape.map(() => 0);
  let from = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = data[from]!;
    for (let axis = outShape.length - 1; axis >= 0; axis--) {
      from += outStrides[axis]!;
      if (++index[axis]! < outShape[axis]!) break;
      from -= outStrides[axis]! * outShape[axis]!;
      index[axis] = 0;
    }
  }
  return { kind: 'constant', shape: outShape, data: result };
}

/** A number as graphs can hold it: they are JSON, where the greatest float stands for what is infinite. */
export function finite(value: number): number {
  return Math.min(greatestFloat, Math.max(-greatestFloat, value));
}
