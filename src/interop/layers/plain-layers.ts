import * as tfl from '@tensorflow/tfjs-layers';
import type { GraphNode, NodeOf } from '../../nn/index.js';
import type { LayerContext } from './layer-writer.js';
import { NodeLayer } from './node-layer.js';

type Pair = [number, number];

/** A node without weights as a layer of its own kind. */
export function nodeLayer(node: GraphNode, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  return writer.apply(new NodeLayer({ name: writer.name(node.id), node }), inputs);
}

/** A batch-norm layer with its statistics. */
export function batchNorm(node: NodeOf<'batchNorm'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  const { epsilon, momentum } = node;
  const layer = tfl.layers.batchNormalization({ name: writer.name(node.id), epsilon, momentum });
  const values = ['gamma', 'beta', 'movingMean', 'movingVariance'].map((name) => writer.weight(node, name));
  return writer.apply(layer, inputs, values);
}

/** A layer-norm layer. */
export function layerNorm(node: NodeOf<'layerNorm'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  const layer = tfl.layers.layerNormalization({ name: writer.name(node.id), epsilon: node.epsilon });
  return writer.apply(layer, inputs, [writer.weight(node, 'gamma'), writer.weight(node, 'beta')]);
}

/** An activation that tf.layers knows by name; `linear` for an identity. */
export function activation(node: GraphNode, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  const kind = node.op === 'identity' ? 'linear' : (node.op as 'sigmoid' | 'tanh' | 'softplus' | 'softmax' | 'swish');
  return writer.apply(tfl.layers.activation({ name: writer.name(node.id), activation: kind }), inputs);
}

/** A ReLU layer, with its limit for relu6. */
export function relu(node: NodeOf<'relu' | 'relu6'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  const limit = node.op === 'relu6' ? { maxValue: 6 } : {};
  return writer.apply(tfl.layers.reLU({ name: writer.name(node.id), ...limit }), inputs);
}

/** relu6(x + 3) / 6 */
export function hardSigmoid(node: GraphNode, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  const rescale = (step: string, scale: number, offset: number) =>
    tfl.layers.rescaling({ name: writer.name(`${node.id}/${step}`), scale, offset });
  const shifted = writer.apply(rescale('shift', 1, 3), inputs);
  const limited = writer.apply(tfl.layers.reLU({ name: writer.name(`${node.id}/limit`), maxValue: 6 }), [shifted]);
  return writer.apply(rescale('scale', 1 / 6, 0), [limited]);
}

/** x * hardSigmoid(x) */
export function hardSwish(node: GraphNode, context: LayerContext): tfl.SymbolicTensor {
  const { writer, inputs } = context;
  const product = tfl.layers.multiply({ name: writer.name(node.id) });
  return writer.apply(product, [inputs[0]!, hardSigmoid(node, context)]);
}

/** A leaky ReLU layer. */
export function leakyRelu(node: NodeOf<'leakyRelu'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  return writer.apply(tfl.layers.leakyReLU({ name: writer.name(node.id), alpha: node.alpha }), inputs);
}

/** A merging layer; where shapes are broadcast, a layer of our own. */
export function combine(node: NodeOf<'add' | 'mul'>, context: LayerContext): tfl.SymbolicTensor {
  const { writer, inputs, inputShapes, outputShape } = context;
  const equal = inputShapes.every((shape) => shape.join() === outputShape.join());
  if (!equal) return nodeLayer(node, context);
  const config = { name: writer.name(node.id) };
  return writer.apply(node.op === 'add' ? tfl.layers.add(config) : tfl.layers.multiply(config), inputs);
}

/** A concatenation layer; it takes every negative axis for the last one. */
export function concat(node: NodeOf<'concat'>, { writer, inputs, inputShapes }: LayerContext): tfl.SymbolicTensor {
  const axis = 1 + (node.axis < 0 ? node.axis + inputShapes[0]!.length : node.axis);
  return writer.apply(tfl.layers.concatenate({ name: writer.name(node.id), axis }), inputs);
}

/** A pooling layer; with explicit padding, a layer of our own. */
export function pool(node: NodeOf<'maxPool' | 'avgPool'>, context: LayerContext): tfl.SymbolicTensor {
  const { writer, inputs } = context;
  if (typeof node.padding !== 'string') return nodeLayer(node, context);
  const { padding } = node;
  const window = { poolSize: [...node.kernel] as Pair, strides: [...node.strides] as Pair, padding };
  const config = { name: writer.name(node.id), ...window };
  const layer = node.op === 'maxPool' ? tfl.layers.maxPooling2d(config) : tfl.layers.averagePooling2d(config);
  return writer.apply(layer, inputs);
}

/** A global pooling layer. */
export function globalPool(
  node: NodeOf<'globalAvgPool' | 'globalMaxPool'>,
  { writer, inputs }: LayerContext,
): tfl.SymbolicTensor {
  const config = { name: writer.name(node.id) };
  const layer =
    node.op === 'globalAvgPool'
      ? tfl.layers.globalAveragePooling2d(config)
      : tfl.layers.globalMaxPooling2d({ ...config, dataFormat: 'channelsLast' });
  return writer.apply(layer, inputs);
}

/** A flatten layer; it refuses inputs that are flat already, which are handed on. */
export function flatten(
  node: GraphNode,
  { writer, inputs, inputShapes, outputShape }: LayerContext,
): tfl.SymbolicTensor {
  const name = writer.name(node.id);
  const isFlat = inputShapes[0]!.length < 2;
  const layer = isFlat ? tfl.layers.reshape({ name, targetShape: [...outputShape] }) : tfl.layers.flatten({ name });
  return writer.apply(layer, inputs);
}

/** A reshape layer. */
export function reshape(node: NodeOf<'reshape'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  return writer.apply(tfl.layers.reshape({ name: writer.name(node.id), targetShape: [...node.shape] }), inputs);
}

/** A permute layer; it counts axes from 1. */
export function transpose(node: NodeOf<'transpose'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  const dims = node.permutation.map((axis) => axis + 1);
  return writer.apply(tfl.layers.permute({ name: writer.name(node.id), dims }), inputs);
}

/** A dropout layer. */
export function dropout(node: NodeOf<'dropout'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  return writer.apply(tfl.layers.dropout({ name: writer.name(node.id), rate: node.rate }), inputs);
}

/** Zeros around an image by a padding layer, zero channels by a fixed 1x1 convolution. */
export function pad(node: NodeOf<'pad'>, context: LayerContext): tfl.SymbolicTensor {
  const { writer, inputs, inputShapes, outputShape } = context;
  const [rows, columns, channels] = node.padding as readonly (readonly [number, number])[];
  const isImage = inputShapes[0]!.length === 3 && node.value === 0;
  const isChannelsOnly = isImage && [rows, columns].every((sides) => sides![0] === 0 && sides![1] === 0);
  if (isChannelsOnly) {
    const [from, to] = [inputShapes[0]![2]!, outputShape[2]!];
    const data = new Float32Array(from * to);
    for (let channel = 0; channel < from; channel++) data[channel * to + channel + channels![0]] = 1;
    const name = writer.name(node.id);
    const layer = tfl.layers.conv2d({ name, filters: to, kernelSize: 1, useBias: false, trainable: false });
    return writer.apply(layer, inputs, [{ shape: [1, 1, from, to], data }]);
  }
  if (!isImage || channels!.some((size) => size > 0)) return nodeLayer(node, context);
  const padding: [Pair, Pair] = [[...rows!] as Pair, [...columns!] as Pair];
  return writer.apply(tfl.layers.zeroPadding2d({ name: writer.name(node.id), padding }), inputs);
}

/** Every so-many-th pixel of a whole image by a pooling layer of window 1. */
export function stridedSlice(node: NodeOf<'stridedSlice'>, context: LayerContext): tfl.SymbolicTensor {
  const { writer, inputs, inputShapes } = context;
  const [shape] = inputShapes;
  const whole = shape!.every((size, axis) => node.begin[axis] === 0 && node.end[axis]! >= size);
  if (shape!.length !== 3 || !whole || node.strides[2] !== 1) return nodeLayer(node, context);
  const strides: Pair = [node.strides[0]!, node.strides[1]!];
  return writer.apply(tfl.layers.maxPooling2d({ name: writer.name(node.id), poolSize: 1, strides }), inputs);
}
