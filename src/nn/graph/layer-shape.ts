/** Zero padding of the two spatial axes: TensorFlow's rules, or explicit `[[top, bottom], [left, right]]`. */
export type Padding = 'same' | 'valid' | readonly [readonly [number, number], readonly [number, number]];

/** The weight matrix of one layer as a crossbar sees it. Rows of a convolution are (channel, kh, kw), channel slowest. */
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

/** Inputs of the weight matrix: what one output value sums over. */
export function matrixRows(shape: LayerShape): number {
  return shape.kind === 'dense' ? shape.inSize : shape.kernel[0] * shape.kernel[1] * shape.inChannels;
}

/** Outputs of the weight matrix. */
export function matrixColumns(shape: LayerShape): number {
  return shape.kind === 'dense' ? shape.outSize : shape.outChannels;
}
