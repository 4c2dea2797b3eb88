import type { Padding, Wire } from '../../../nn/index.js';
import type { OnnxNode } from '../onnx-node.js';

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
  if (automatic === 'VALID') return 'valid';
  if (automatic === 'SAME_UPPER') return 'same';
  if (automatic === 'SAME_LOWER') return [sameLower(image, window, 0), sameLower(image, window, 1)];
  node.require(automatic === 'NOTSET', `auto_pad "${automatic}" is not known`);
  const pads = node.numbers('pads', Array<number>(2 * dimensions).fill(0));
  node.require(
    pads.length === 2 * dimensions && pads.every((size) => size >= 0),
    `pads [${pads}] must be ${2 * dimensions} sizes of at least 0`,
  );
  const sides: [Pair, Pair] =
    dimensions === 1
      ? [
          [pads[0]!, pads[1]!],
          [0, 0],
        ]
      : [
          [pads[0]!, pads[2]!],
          [pads[1]!, pads[3]!],
        ];
  return sides.flat().every((size) => size === 0) ? 'valid' : sides;
}

/** As TensorFlow's 'same', with the odd row or column before the image. */
function sameLower(image: Wire, { kernel, strides, dilations }: OnnxWindow, axis: 0 | 1): Pair {
  const size = image.shape[axis]!;
  const reach = (kernel[axis] - 1) * dilations[axis] + 1;
  const total = Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size);
  return [Math.ceil(total / 2), Math.floor(total / 2)];
}

/** With `ceil_mode`, zeros behind the image so that the last, incomplete windows count too. */
export function ceilPadding(node: OnnxNode, image: Wire, window: OnnxWindow): Padding {
  if (node.number('ceil_mode', 0) === 0) return window.padding;
  if (window.padding === 'same') return 'same';
  const sides: readonly Pair[] =
    window.padding === 'valid'
      ? [
          [0, 0],
          [0, 0],
        ]
      : window.padding;
  const extended = sides.map(([before, after], axis) => {
    const stride = window.strides[axis]!;
    const rest = (image.shape[axis]! + before + after - window.kernel[axis]!) % stride;
    return [before, after + (rest === 0 ? 0 : stride - rest)] as const;
  });
  return [extended[0]!, extended[1]!];
}

function pair(values: readonly number[]): Pair {
  return [values[0]!, values[1] ?? 1];
}
