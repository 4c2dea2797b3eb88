import { fail } from '../../config/index.js';
import type { OnnxNode } from './onnx-node.js';
import type { ValueInfoProto } from './proto.js';
import type { Axis, Constant, Ints } from './values.js';

type Tensors = ReadonlyMap<string, Constant | Ints>;

/** Nodes that take channels from the second axis. */
const channelsSecond = /Conv|Pool|BatchNormalization/;

/** Nodes whose output has the axes of their input. */
const keepsAxes: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pad', 'Cast', 'Identity', 'Dropout', 'Clip', 'Relu', 'LeakyRelu', 'Sigmoid', 'Tanh'],
  ...['HardSigmoid', 'HardSwish', 'Gelu', 'Softplus'],
]);

/** Shape of our input, and what the axes of ONNX' input are in it. `initialisers` are the fixed tensors of the file. */
export function inputLayout(
  { name, type }: ValueInfoProto,
  nodes: readonly OnnxNode[],
  initialisers: Tensors,
  source: string,
): { shape: number[]; axes: Axis[] } {
  const dims = type?.tensorType?.shape?.dim ?? [];
  const readers = tellingReaders(name, nodes, initialisers);
  const timeFirst =
    dims.length === 3 && readers.some((node) => ['LSTM', 'GRU'].includes(node.op) && node.number('layout', 0) === 0);
  const batch = timeFirst || isTimeFirst(dims, readers) ? 1 : 0;
  const sizes = dims.map(({ dimValue, dimParam }, axis) => {
    if (axis !== batch && dimValue < 1) {
      const found = dims.map((dim) => (dim.dimValue > 0 ? dim.dimValue : dim.dimParam || '?')).join(' x ');
      fail('MODEL_INVALID', `Axis ${axis} of ONNX input "${name}" has no fixed size ("${dimParam || '?'}").`, {
        source,
        found,
        accepted: 'fixed sizes on all axes but the batch',
        hint: 'export the network again with fixed sizes',
      });
    }
    return dimValue;
  });
  if (sizes.length < 2) fail('MODEL_INVALID', `ONNX input "${name}" must have a batch axis and others.`, { source });
  const channelsFirst =
    batch === 0 && isImage(sizes, readers) && !isChannelsLast(sizes, readers, tensorsOf(nodes, initialisers));
  const order = sizes.map((_, axis) => axis).filter((axis) => axis !== batch);
  const ours = channelsFirst ? [...order.slice(1), order[0]!] : order;
  const axes = sizes.map((_, axis): Axis => (axis === batch ? 'batch' : ours.indexOf(axis)));
  return { shape: ours.map((axis) => sizes[axis]!), axes };
}

/** The first nodes behind a value that do not treat all its axes alike: they tell what the axes are. */
function tellingReaders(name: string, nodes: readonly OnnxNode[], initialisers: Tensors): OnnxNode[] {
  const alike = new Set([name]);
  const fixed = fixedValues(nodes, initialisers);
  const telling: OnnxNode[] = [];
  for (const node of nodes) {
    if (!node.inputs.some((input) => alike.has(input))) continue;
    const known = node.inputs.every((input) => alike.has(input) || fixed.has(input));
    if (known && keepsAxes.has(node.op)) alike.add(node.outputs[0] ?? '');
    else telling.push(node);
  }
  return telling;
}

/** Names of all values that do not depend on the network's input. */
function fixedValues(nodes: readonly OnnxNode[], initialisers: Tensors): ReadonlySet<string> {
  const fixed = new Set(['', ...initialisers.keys()]);
  for (const { inputs, outputs } of nodes) {
    if (inputs.every((input) => fixed.has(input))) for (const output of outputs) fixed.add(output);
  }
  return fixed;
}

function tensorsOf(nodes: readonly OnnxNode[], initialisers: Tensors): Tensors {
  const constants = nodes.flatMap((node) => {
    const value = node.op === 'Constant' ? node.tensor('value') : undefined;
    return value === undefined ? [] : [[node.outputs[0]!, value] as const];
  });
  return new Map([...initialisers, ...constants]);
}

/** Four axes are an image; three are a sequence of channels where a convolution or pool reads them. */
function isImage(sizes: readonly number[], readers: readonly OnnxNode[]): boolean {
  return sizes.length === 4 || (sizes.length === 3 && readers.some(({ op }) => channelsSecond.test(op)));
}

/** Networks from TensorFlow take channels last and turn them to ONNX' order themselves. */
function isChannelsLast(sizes: readonly number[], readers: readonly OnnxNode[], tensors: Tensors): boolean {
  if (readers.some(({ op }) => channelsSecond.test(op))) return false;
  return readers.some((node) => turnsChannels(node) || reshapesGrey(node, sizes, tensors));
}

function turnsChannels(node: OnnxNode): boolean {
  if (node.op !== 'Transpose') return false;
  const order = node.numbers('perm', []);
  return order.length > 2 && order[1] === order.length - 1;
}

/** A single channel can be turned by a Reshape: [batch, height, width, 1] to [batch, 1, height, width]. */
function reshapesGrey(node: OnnxNode, sizes: readonly number[], tensors: Tensors): boolean {
  if (node.op !== 'Reshape' || sizes.length !== 4) return false;
  const target = tensors.get(node.inputs[1] ?? '');
  const [, height, width, channels] = sizes;
  return channels === 1 && target?.kind === 'ints' && target.values.slice(1).join() === [1, height, width].join();
}

/** Of a sequence whose second axis only is free, that axis is the batch. */
function isTimeFirst(dims: readonly { readonly dimValue: number }[], readers: readonly OnnxNode[]): boolean {
  return (
    dims.length === 3 && dims[0]!.dimValue > 0 && dims[1]!.dimValue < 1 && !readers.some(({ op }) => op === 'Conv')
  );
}
