import type { Padding } from '../../crossbar/index.js';
import { type Shape, showShape } from './op-definition.js';

/** A sliding window over the two spatial axes. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly dilations?: readonly [number, number] | undefined;
}

/** Output height and width of a window over an image, or a sentence where it does not fit. */
export function windowOutput(input: Shape, window: Window): [number, number] | string {
  if (input.length !== 3) return `needs an input of height x width x channels, got ${showShape(input)}`;
  const height = outputSize(input[0]!, window, 0);
  const width = outputSize(input[1]!, window, 1);
  if (height < 1 || width < 1) {
    return `a window of ${showShape(window.kernel)} does not fit into an input of ${showShape(input)} with padding ${JSON.stringify(window.padding)}`;
  }
  return [height, width];
}

function outputSize(size: number, { kernel, strides, padding, dilations }: Window, axis: 0 | 1): number {
  if (padding === 'same') return Math.ceil(size / strides[axis]);
  const [before, after] = padding === 'valid' ? [0, 0] : padding[axis];
  const reach = (kernel[axis] - 1) * (dilations?.[axis] ?? 1) + 1;
  return Math.floor((size + before + after - reach) / strides[axis]) + 1;
}
