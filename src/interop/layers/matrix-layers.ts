import * as tfl from '@tensorflow/tfjs-layers';
import type { NodeOf, Padding, WeightValues } from '../../nn/index.js';
import type { LayerContext } from './layer-writer.js';

type Pair = [number, number];

/** A convolution layer, with a padding layer before it where padding is explicit. */
export function conv2d(node: NodeOf<'conv2d'>, context: LayerContext): tfl.SymbolicTensor {
  const kernel = context.writer.weight(node, 'kernel');
  const dense = node.groups === 1 ? kernel : ungrouped(kernel, context.inputShapes[0]![2]!, node.groups);
  return convolution(node, dense, context);
}

/**
 * A depthwise layer, with a padding layer before it where padding is explicit. With dilations, which TensorFlow.js'
 * depthwise layers save but do not heed, a convolution with zeros between the channels.
 */
export function depthwiseConv2d(node: NodeOf<'depthwiseConv2d'>, context: LayerContext): tfl.SymbolicTensor {
  const { writer, inputShapes } = context;
  const kernel = writer.weight(node, 'kernel');
  if (isDilated(node)) {
    const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
    const grouped = { shape: [height, width, 1, channels * multiplier], data: kernel.data };
    return convolution(node, ungrouped(grouped, inputShapes[0]![2]!, channels), context);
  }
  const layer = tfl.layers.depthwiseConv2d({
    name: writer.name(node.id),
    kernelSize: [...node.kernel] as Pair,
    depthMultiplier: node.multiplier,
    strides: [...node.strides] as Pair,
    padding: implicit(node.padding),
    useBias: node.bias,
    depthwiseInitializer: 'zeros',
  });
  return writer.apply(layer, [padded(node, context)], withBias(node, kernel, context));
}

/** A convolution layer with a dense kernel [kh, kw, channels in, channels out]. */
function convolution(
  node: NodeOf<'conv2d' | 'depthwiseConv2d'>,
  dense: WeightValues,
  context: LayerContext,
): tfl.SymbolicTensor {
  // TensorFlow.js has no dilations beside strides
  const spreads = isDilated(node) && Math.max(...node.strides) > 1;
  const kernel = spreads ? spread(dense, node.dilations) : dense;
  const [height, width, , filters] = kernel.shape as [number, number, number, number];
  const layer = tfl.layers.conv2d({
    name: context.writer.name(node.id),
    filters,
    kernelSize: [height, width],
    strides: [...node.strides] as Pair,
    dilationRate: spreads ? 1 : ([...node.dilations] as Pair),
    padding: implicit(node.padding),
    useBias: node.bias,
    kernelInitializer: 'zeros',
  });
  return context.writer.apply(layer, [padded(node, context)], withBias(node, kernel, context));
}

/** A dense layer. */
export function dense(node: NodeOf<'dense'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  const layer = tfl.layers.dense({
    name: writer.name(node.id),
    units: node.units,
    useBias: node.bias,
    kernelInitializer: 'zeros',
  });
  const names = node.bias ? ['kernel', 'bias'] : ['kernel'];
  return writer.apply(
    layer,
    inputs,
    names.map((name) => writer.weight(node, name)),
  );
}

function isDilated({ dilations }: NodeOf<'conv2d' | 'depthwiseConv2d'>): boolean {
  return Math.max(...dilations) > 1;
}

function withBias(
  node: NodeOf<'conv2d' | 'depthwiseConv2d'>,
  kernel: WeightValues,
  { writer }: LayerContext,
): WeightValues[] {
  return node.bias ? [kernel, writer.weight(node, 'bias')] : [kernel];
}

function implicit(padding: Padding): 'same' | 'valid' {
  return typeof padding === 'string' ? padding : 'valid';
}

/** The input with zeros around it where the padding is explicit, which convolution layers do not know. */
function padded(node: NodeOf<'conv2d' | 'depthwiseConv2d'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  if (typeof node.padding === 'string' || node.padding.flat().every((size) => size === 0)) return inputs[0]!;
  const [rows, columns] = node.padding;
  const padding: [Pair, Pair] = [[...rows] as Pair, [...columns] as Pair];
  return writer.apply(tfl.layers.zeroPadding2d({ name: writer.name(`${node.id}/pad`), padding }), inputs);
}

/** A grouped kernel as a dense one, zero between the groups. */
function ungrouped({ shape, data }: WeightValues, channels: number, groups: number): WeightValues {
  const [height, width, perGroup, filters] = shape as [number, number, number, number];
  const result = new Float32Array(height * width * channels * filters);
  for (let position = 0; position < height * width; position++) {
    for (let channel = 0; channel < perGroup; channel++) {
      for (let filter = 0; filter < filters; filter++) {
        const group = Math.floor((filter * groups) / filters);
        const row = position * channels + group * perGroup + channel;
        result[row * filters + filter] = data[(position * perGroup + channel) * filters + filter]!;
      }
    }
  }
  return { shape: [height, width, channels, filters], data: result };
}

/** A dilated kernel as a larger one with zeros between its taps. */
function spread({ shape, data }: WeightValues, [down, across]: readonly [number, number]): WeightValues {
  const [height, width, channels, filters] = shape as [number, number, number, number];
  const [tall, wide] = [(height - 1) * down + 1, (width - 1) * across + 1];
  const tap = channels * filters;
  const result = new Float32Array(tall * wide * tap);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * width + column) * tap;
      result.set(data.subarray(from, from + tap), (row * down * wide + column * across) * tap);
    }
  }
  return { shape: [tall, wide, channels, filters], data: result };
}
