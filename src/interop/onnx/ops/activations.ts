import type { GraphNode, PlainActivation, Wire } from '../../../nn/index.js';
import { type NetworkImporter, resolveAxis, sizes } from '../network-importer.js';
import type { OnnxNode } from '../onnx-node.js';
import { type Activation, type Axis, finite, greatestFloat } from '../values.js';
import type { Handler } from './handler.js';

/** An ONNX activation that is one of ours. */
export function plain(op: PlainActivation): Handler {
  return (node, importer) => elementwise(node, importer, { op });
}

/** LeakyRelu. */
export const leakyRelu: Handler = (node, importer) =>
  elementwise(node, importer, { op: 'leakyRelu', alpha: node.number('alpha', 0.01) });

/** Clip with limits as attributes (before opset 11) or inputs; the usual ones become relu and relu6. */
export const clip: Handler = (node, importer) => {
  const min = finite(limit(node, importer, 'min', 1) ?? -greatestFloat);
  const max = finite(limit(node, importer, 'max', 2) ?? greatestFloat);
  if (min === 0 && max === 6) return elementwise(node, importer, { op: 'relu6' });
  if (min === 0 && max > 1e38) return elementwise(node, importer, { op: 'relu' });
  return elementwise(node, importer, { op: 'clip', min, max });
};

/** max(0, min(1, alpha x + beta)); with alpha 1/6 and beta 1/2 that is our hardSigmoid. */
export const hardSigmoid: Handler = (node, importer) => {
  const [alpha, beta] = [node.number('alpha', 0.2), node.number('beta', 0.5)];
  const isOurs = Math.abs(alpha - 1 / 6) < 1e-6 && beta === 0.5;
  if (!isOurs) node.refuse(`only alpha 1/6 and beta 1/2 are supported, got ${alpha} and ${beta}`);
  return elementwise(node, importer, { op: 'hardSigmoid' });
};

/** Softmax over what is the last axis of ours; before opset 13 also over all axes from `axis` on, as one. */
export const softmax: Handler = (node, importer) => {
  const input = importer.activation(node);
  const isJoint = importer.opset < 13;
  const axis = resolveAxis(node, node.number('axis', isJoint ? 1 : -1), input.axes.length);
  const isLastOfOurs = input.axes[axis] === input.wire.shape.length - 1;
  const behind = sizes(input).slice(axis + 1);
  if (isLastOfOurs && (!isJoint || behind.every((size) => size === 1))) {
    return elementwise(node, importer, { op: 'softmax' });
  }
  node.require(isJoint, 'only a softmax over channels, or over the last axis, is supported');
  return jointSoftmax(node, importer, input, axis);
};

/** Softmax over all axes from `first` on together; their order does not matter, so that of ours is kept. */
function jointSoftmax(node: OnnxNode, importer: NetworkImporter, input: Activation, first: number): Activation {
  const { axes } = input;
  node.require(axes.indexOf('batch') < first, 'a softmax over the batch is not supported');
  const places = [...axes.keys()].filter((axis) => axes[axis] !== 'batch');
  const before = places.filter((axis) => axis < first);
  const joint = places.filter((axis) => axis >= first).sort((a, b) => ourPlace(axes[a]!) - ourPlace(axes[b]!));
  const order = [...before, ...joint];
  const arranged = importer.arrange(node, input, order);
  const kept = arranged.shape.slice(0, before.length);
  const values = arranged.shape.slice(before.length).reduce((product, size) => product * size, 1);
  const flat = importer.append(node, { op: 'reshape', shape: [...kept, values] }, [arranged]);
  const shares = importer.append(node, { op: 'softmax' }, [flat]);
  const wire = importer.append(node, { op: 'reshape', shape: arranged.shape }, [shares]);
  return { kind: 'activation', wire, axes: axes.map((axis, i) => (axis === 'batch' ? axis : order.indexOf(i))) };
}

function ourPlace(axis: Axis): number {
  return typeof axis === 'number' ? axis : -1;
}

/** Gelu, exact or with the usual approximation by tanh. */
export const gelu: Handler = (node, importer) => {
  const approximate = node.text('approximate', 'none');
  if (approximate === 'none') return elementwise(node, importer, { op: 'gelu' });
  node.require(approximate === 'tanh', `approximate "${approximate}" is not known`);
  return tanhGelu(node, importer);
};

/** x (1 + tanh(s (x + 0.044715 x^3))) / 2 with s = sqrt(2 / pi), which is x sigmoid(2 s (x + 0.044715 x^3)). */
function tanhGelu(node: OnnxNode, importer: NetworkImporter): Activation {
  const input = importer.activation(node);
  const { wire: x } = input;
  const scale = 2 * Math.sqrt(2 / Math.PI);
  const times = (wires: readonly Wire[], factor: number) => {
    const constant = importer.appendConstant(node, { shape: [1], data: Float32Array.of(factor) });
    return importer.append(node, { op: 'mul' }, [...wires, constant]);
  };
  const sum = importer.append(node, { op: 'add' }, [times([x], scale), times([x, x, x], 0.044715 * scale)]);
  const gate = importer.append(node, { op: 'sigmoid' }, [sum]);
  return { ...input, wire: importer.append(node, { op: 'mul' }, [x, gate]) };
}

/** Dropout; its share is kept for training. */
export const dropout: Handler = (node, importer) => {
  const share = importer.constant(node, 1)?.data[0] ?? node.number('ratio', 0.5);
  return elementwise(node, importer, { op: 'dropout', rate: share });
};

/** Hands its input on, whatever that is. */
export const alias: Handler = (node, importer) => importer.input(node, 0);

function elementwise(
  node: OnnxNode,
  importer: NetworkImporter,
  fields: { readonly op: GraphNode['op']; readonly [field: string]: unknown },
): Activation {
  const input = importer.activation(node);
  return { ...input, wire: importer.append(node, fields, [input.wire]) };
}

function limit(node: OnnxNode, importer: NetworkImporter, name: string, index: number): number | undefined {
  return importer.constant(node, index)?.data[0] ?? node.number(name, undefined);
}
