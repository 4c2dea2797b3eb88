import type { Padding, Wire } from '../../../nn/index.js';
import type { OnnxNode } from '../onnx-node.js';

/** Sizes on both axes, or on both sides of one. */
type Pair = readonly [number, number];

/** A sliding window as ONNX' convolutions and pools describe it, on two axes. */
export interface OnnxWindow {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: Padding;
}

/** Reads the window attributes of a node over an image; one-dimensional windows get a second axis of size 1. */
export function readWindow(node: OnnxNode, image: Wire, kernelSizes: readonly number[]): OnnxWindow {
  const dimensions = kernelSizes.length;
  node.require(dimensions === 1 || dimensions === 2, `windows over ${dimensions} axes are not supported`);
  const kernel = pair(kernelSizes);
  const strides = pair(node.numbers('strides', [1, 1].slice(0, dimensions)));
  const dilations = pair(node.numbers('dilations', [1, 1].slice(0, dimensions)));
  const window = { kernel, strides, dilations, padding: 'valid' as Padding };
  const padding = readPadding(node, image, window, dimensions);
  return { ...window, padding };
}

function readPadding(node: OnnxNode, image: Wire, window: OnnxWindow, dimensions: number): Padding {
  const automatic = node.text('auto_pad', 'NOTSET');
  const pads = node.numbers('pads', Array<number>(2 * dimensions).fill(0));
  if (automatic === 'VALID') return 'valid';
  if (automatic === 'SAME_UPPER') return 'same';
  if (automatic === 'SAME_LOWER') return [sameLower(image, window, 0), sameLower(image, window, 1)];
  node.require(automatic === 'NOTSET', `auto_pad "${automatic}" is not known`);
  node.require(
    pads.length === 2 * dimensions && pads.every((size) => size >= 0),
    `pads [${pads}] must be ${2 * dimensions} sizes of at least 0`,
  );
  return dimensions === 1
    ? paddingOf([pads[0]!, pads[1]!], [0, 0])
    : paddingOf([pads[0]!, pads[2]!], [pads[1]!, pads[3]!]);
}

/** Padding of these sides; 'valid' where there is none. */
export function paddingOf(...sides: readonly [Pair, Pair]): Padding {
  return sides.flat().every((size) => size === 0) ? 'valid' : sides;
}

/** What a window's padding puts before and after each axis. */
export function paddingSides(image: Wire, window: OnnxWindow): readonly [Pair, Pair] {
  switch (window.padding) {
    case 'valid':
      return [
        [0, 0],
        [0, 0],
      ];
    case 'same':
      return [sameUpper(image, window, 0), sameUpper(image, window, 1)];
    default:
      return window.padding;
  }
}

/** As TensorFlow's 'same': the odd row or column behind the image. */
function sameUpper(image: Wire, window: OnnxWindow, axis: 0 | 1): Pair {
  const [before, after] = sameLower(image, window, axis);
  return [after, before];
}

/** As TensorFlow's 'same', with the odd row or column before the image. */
function sameLower(image: Wire, { kernel, strides, dilations }: OnnxWindow, axis: 0 | 1): Pair {
  const size = image.shape[axis]!;
  const reach = (kernel[axis] - 1) * dilations[axis] + 1;
  const total = Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size);
  return [Math.ceil(total / 2), Math.floor(total / 2)];
}

/** The padding of a pool; with `ceil_mode` so much more behind the image that its last, incomplete windows count too. */
export function poolPadding(node: OnnxNode, image: Wire, window: OnnxWindow): Padding {
  if (node.number('ceil_mode', 0) === 0 || window.padding === 'same') return window.padding;
  const sides = paddingSides(image, window);
  return paddingOf(ceilSides(image, window, sides[0], 0), ceilSides(image, window, sides[1], 1));
}

/** ONNX leaves out a last window that would start in the padding behind the image. */
function ceilSides(image: Wire, { kernel, strides }: OnnxWindow, [before, after]: Pair, axis: 0 | 1): Pair {
  const size = image.shape[axis]!;
  const span = size + before + after - kernel[axis];
  const lastStart = Math.ceil(span / strides[axis]) * strides[axis];
  return lastStart < size + before ? [before, after + lastStart - span] : [before, after];
}

function pair(values: readonly number[]): Pair {
  return [values[0]!, values[1] ?? 1];
}
