import { fail } from '../../config/index.js';
import type { Wire } from '../../nn/index.js';
import type { NetworkImporter } from './network-importer.js';
import type { OnnxNode } from './onnx-node.js';
import type { GraphProto } from './proto.js';
import type { Activation, Axis } from './values.js';

/**
 * The network's output: an image whose channels are the second of four axes gets them last; any other output has ONNX'
 * order of axes. `inputAxes` are those of the network's input.
 */
export function networkOutput(
  graph: GraphProto,
  importer: NetworkImporter,
  inputAxes: readonly Axis[],
  source: string,
): Wire {
  const name = graph.output[0]?.name ?? '';
  const value = importer.value(name);
  const writer = importer.nodes.find(({ outputs }) => outputs.includes(name));
  if (value?.kind !== 'activation' || writer === undefined || graph.output.length !== 1) {
    return fail('MODEL_INVALID', 'Only ONNX networks with one output that depends on the input are supported.', {
      source,
      found: `outputs ${graph.output.map((output) => output.name).join(', ') || 'none'}`,
    });
  }
  const isChannelsFirst = isImage(value) && channelAxis(name, importer, channelsLast(inputAxes) ? 3 : 1) === 1;
  const order = isChannelsFirst ? [2, 3, 1] : [...value.axes.keys()].filter((axis) => value.axes[axis] !== 'batch');
  return importer.arrange(writer, value, order);
}

function isImage({ axes }: Activation): boolean {
  return axes.length === 4 && axes[0] === 'batch';
}

function channelsLast(axes: readonly Axis[]): boolean {
  return axes.length === 4 && axes[3] === 2;
}

/**
 * Which axis of a value of four axes holds its channels: the second behind a convolution or pool, the last behind a
 * recurrent layer, `usual` where neither tells. Transposes between there and here have moved it.
 */
function channelAxis(name: string, importer: NetworkImporter, usual: number, end = importer.nodes.length): number {
  const at = importer.nodes.findLastIndex(({ outputs }, i) => i < end && outputs.includes(name));
  const writer = importer.nodes[at];
  if (writer === undefined || writer.op === 'Reshape') return usual;
  if (/Conv|Pool|BatchNormalization/.test(writer.op)) return 1;
  if (/LSTM|GRU/.test(writer.op)) return 3;
  const from = writer.inputs.find((input) => isImageNamed(input, importer));
  if (from === undefined) return usual;
  const before = channelAxis(from, importer, usual, at);
  return writer.op === 'Transpose' ? transposed(writer, before) : before;
}

function isImageNamed(name: string, importer: NetworkImporter): boolean {
  const value = importer.value(name);
  return value?.kind === 'activation' && isImage(value);
}

function transposed(node: OnnxNode, axis: number): number {
  return node.numbers('perm', [3, 2, 1, 0]).indexOf(axis);
}
