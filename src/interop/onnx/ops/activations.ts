import type { GraphNode, PlainActivation } from '../../../nn/index.js';
import { type NetworkImporter, resolveAxis } from '../network-importer.js';
import type { OnnxNode } from '../onnx-node.js';
import type { Activation } from '../values.js';
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
  const min = limit(node, importer, 'min', 1) ?? -3.4028234663852886e38;
  const max = limit(node, importer, 'max', 2) ?? 3.4028234663852886e38;
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

/** Softmax over what is the last axis of ours; the default axis depends on the opset. */
export const softmax: Handler = (node, importer) => {
  const input = importer.activation(node);
  const axis = resolveAxis(node, node.number('axis', importer.opset < 13 ? 1 : -1), input.axes.length);
  const ours = input.axes[axis];
  node.require(
    ours === input.wire.shape.length - 1,
    'only a softmax over channels, or over the last axis, is supported',
  );
  return elementwise(node, importer, { op: 'softmax' });
};

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
