import { tf } from '../../tensor/index.js';

/** 'same' as TensorFlow has it, 'valid' for none, or the rows and columns of zeros on each side. */
export type Padding = 'same' | 'valid' | readonly [readonly [number, number], readonly [number, number]];

/** A layer that is one weight matrix: a dense layer, or a convolution on NHWC images. */
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
      /**
       * Groups of channels: outputs are connected to the inputs of their own group alone (the matrix is dense all the same,
       * with zeros between groups). 1 if absent.
       */
      readonly groups?: number;
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

/** @throws RangeError for a layer whose sizes are not whole numbers above 0 */
export function checkShape(name: string, shape: LayerShape): void {
  const sizes =
    shape.kind === 'dense'
      ? { inSize: shape.inSize, outSize: shape.outSize }
      : {
          ...{ inChannels: shape.inChannels, outChannels: shape.outChannels, groups: shape.groups ?? 1 },
          ...{ kernelHeight: shape.kernel[0], kernelWidth: shape.kernel[1] },
          ...{ strideDown: shape.strides[0], strideAcross: shape.strides[1] },
          ...{ dilationDown: shape.dilations[0], dilationAcross: shape.dilations[1] },
        };
  for (const [size, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`layer ${name}: expected a whole number >= 1 for ${size}, got ${value}`);
    }
  }
}

/** @throws TypeError for a kernel of another shape: [in, out] of a dense layer, HWIO of a convolution */
export function checkKernel(name: string, shape: LayerShape, kernel: tf.Tensor): void {
  const expected =
    shape.kind === 'dense' ? [shape.inSize, shape.outSize] : [...shape.kernel, shape.inChannels, shape.outChannels];
  if (tf.util.arraysEqual(kernel.shape, expected)) return;
  throw new TypeError(`layer ${name}: expected a kernel of shape [${expected}], got [${kernel.shape}]`);
}

/** @throws TypeError for an input that the layer has no weights for */
export function checkInput(name: string, shape: LayerShape, x: tf.Tensor): void {
  const fits =
    shape.kind === 'dense'
      ? x.rank >= 1 && x.shape.at(-1) === shape.inSize
      : x.rank === 4 && x.shape[3] === shape.inChannels;
  if (fits) return;
  const expected = shape.kind === 'dense' ? `[..., ${shape.inSize}]` : `[batch, height, width, ${shape.inChannels}]`;
  throw new TypeError(`layer ${name}: expected an input of shape ${expected}, got [${x.shape}]`);
}
