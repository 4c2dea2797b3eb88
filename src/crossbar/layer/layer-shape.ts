import { tf } from '../../tensor/index.js';

/** 'same' as TensorFlow has it, 'valid' for none, or the rows and columns of zeros on each side. */
export type Padding = 'same' | 'valid' | readonly [readonly [number, number], readonly [number, number]];

/** A layer that is one weight matrix: a dense layer, or an ungrouped convolution on NHWC images. */
export type LayerShape =
  | { readonly kind: 'dense'; readonly inSize: number; readonly outSize: number }
  | {
      readonly kind: 'conv2d';
      readonly kernel: readonly [number, number];
      readonly inChannels: number;
      readonly outChannels: number;
      readonly strides: readonly [number, number];
      readonly padding: Padding;
      readonly dilations: readonly [number, number];
    };

export type ConvShape = Extract<LayerShape, { kind: 'conv2d' }>;

/** Inputs of the weight matrix. */
export function matrixRows(shape: LayerShape): number {
  return shape.kind === 'dense' ? shape.inSize : shape.inChannels * shape.kernel[0] * shape.kernel[1];
}

/** Outputs of the weight matrix. */
export function matrixCols(shape: LayerShape): number {
  return shape.kind === 'dense' ? shape.outSize : shape.outChannels;
}

/** Zeros around an image of a given size. */
export interface ExplicitPad {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The zeros that a padding means for images of `height` x `width`. */
export function explicitPad(
  { padding, kernel, strides, dilations }: ConvShape,
  height: number,
  width: number,
): ExplicitPad {
  if (padding === 'valid') return { top: 0, bottom: 0, left: 0, right: 0 };
  if (padding !== 'same') {
    const [[top, bottom], [left, right]] = padding;
    return { top, bottom, left, right };
  }
  const along = (size: number, axis: 0 | 1) => {
    const reach = (kernel[axis] - 1) * dilations[axis] + 1;
    const needed = Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size);
    return [Math.floor(needed / 2), Math.ceil(needed / 2)] as const;
  };
  const [top, bottom] = along(height, 0);
  const [left, right] = along(width, 1);
  return { top, bottom, left, right };
}

/** An {@link ExplicitPad} as tfjs convolutions take it. */
export function tfPad({
  top,
  bottom,
  left,
  right,
}: ExplicitPad): [[number, number], [number, number], [number, number], [number, number]] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** Height and width of the output image. */
export function outputSize(shape: ConvShape, height: number, width: number): [number, number] {
  const { top, bottom, left, right } = explicitPad(shape, height, width);
  const along = (padded: number, axis: 0 | 1) =>
    Math.floor((padded - (shape.kernel[axis] - 1) * shape.dilations[axis] - 1) / shape.strides[axis]) + 1;
  return [along(height + top + bottom, 0), along(width + left + right, 1)];
}

/** Shape of the output for an input of a given shape. */
export function layerOutputShape(shape: LayerShape, input: readonly number[]): number[] {
  if (shape.kind === 'dense') return [...input.slice(0, -1), shape.outSize];
  const [batch, height, width] = input as [number, number, number, number];
  return [batch, ...outputSize(shape, height, width), shape.outChannels];
}

/** The kernel as a matrix, rows in the kernel's own order (kh, kw, channel). */
export function kernelRows(kernel: tf.Tensor): tf.Tensor2D {
  const cols = kernel.shape.at(-1)!;
  return tf.reshape(kernel, [kernel.size / cols, cols]);
}
