import * as tfl from '@tensorflow/tfjs-layers';
import type { NodeOf, Padding, WeightValues } from '../../nn/index.js';
import type { LayerContext } from './layer-writer.js';

type Pair = [number, number];

/** A convolution layer, with a padding layer before it where padding is explicit. */
export function conv2d(node: NodeOf<'conv2d'>, context: LayerContext): tfl.SymbolicTensor {
  const { writer, inputShapes } = context;
  const kernel = writer.weight(node, 'kernel');
  const layer = tfl.layers.conv2d({
    name: writer.name(node.id),
    filters: node.filters,
    kernelSize: [...node.kernel] as Pair,
    strides: [...node.strides] as Pair,
    dilationRate: [...node.dilations] as Pair,
    padding: implicit(node.padding),
    useBias: node.bias,
    kernelInitializer: 'zeros',
  });
  const dense = node.groups === 1 ? kernel : ungrouped(kernel, inputShapes[0]![2]!, node.groups);
  return writer.apply(layer, [padded(node, context)], withBias(node, dense, context));
}

/** A depthwise layer, with a padding layer before it where padding is explicit. */
export function depthwiseConv2d(node: NodeOf<'depthwiseConv2d'>, context: LayerContext): tfl.SymbolicTensor {
  const { writer } = context;
  const layer = tfl.layers.depthwiseConv2d({
    name: writer.name(node.id),
    kernelSize: [...node.kernel] as Pair,
    depthMultiplier: node.multiplier,
    strides: [...node.strides] as Pair,
    dilationRate: [...node.dilations] as Pair,
    padding: implicit(node.padding),
    useBias: node.bias,
    depthwiseInitializer: 'zeros',
  });
  return writer.apply(layer, [padded(node, context)], withBias(node, writer.weight(node, 'kernel'), context));
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
