import { basename, extname } from 'node:path';
import { fail, KirchhoffError } from '../../config/index.js';
import { GraphBuilder, type NetworkGraph, type WeightMap } from '../../nn/index.js';
import { readBytes } from '../files/read-file.js';
import { NetworkImporter } from './network-importer.js';
import { OnnxNode } from './onnx-node.js';
import { handlers } from './ops/index.js';
import { decodeOnnx, type GraphProto, type ValueInfoProto } from './proto.js';
import { readTensor } from './tensor-data.js';
import type { Activation, Axis, Value } from './values.js';

/** A network with its weights. */
export interface ImportedNetwork {
  readonly graph: NetworkGraph;
  readonly weights: WeightMap;
}

/**
 * Reads an ONNX file as PyTorch and tf2onnx export convolutional, dense and recurrent networks for inference. Images
 * become channels last: a network exported for [batch, channels, height, width] takes [batch, height, width, channels].
 *
 * @example
 * const { graph, weights } = await importOnnx('resnet20.onnx');
 * const model = Model.fromWeights(graph, weights);
 *
 * @throws MODEL_INVALID naming the file and, where it is a node's fault, the node: a file cut short, an operation that is
 * not known, a shape that is not fixed.
 */
export async function importOnnx(file: string): Promise<ImportedNetwork> {
  return readOnnx(await readBytes(file), file);
}

/** {@link importOnnx} of bytes at hand; `source` is named in errors and gives the network its name. */
export function readOnnx(bytes: Uint8Array, source: string): ImportedNetwork {
  const { graph, opset } = decodeOnnx(bytes, source);
  const nodes = graph.node.map((proto) => new OnnxNode(proto, source));
  refuseUnknown(nodes, source);
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, readTensor(tensor, source)]));
  const input = onlyInput(graph, constants, source);
  const { shape, axes } = inputLayout(input, nodes, source);
  const builder = new GraphBuilder(basename(source, extname(source)), shape);
  const importer = new NetworkImporter(builder, opset, nodes, new Set(graph.output.map(({ name }) => name)));
  for (const [name, value] of constants) importer.define(name, value);
  importer.define(input.name, { kind: 'activation', wire: builder.input, axes });
  for (const node of nodes) translate(node, importer);
  const output = networkOutput(graph, importer, nodes, source);
  return { graph: builder.build(output), weights: importer.weights };
}

function refuseUnknown(nodes: readonly OnnxNode[], source: string): void {
  const unknown = nodes.filter(({ op }) => !Object.hasOwn(handlers, op));
  if (unknown.length === 0) return;
  const [first, ...others] = unknown;
  const more = [...new Set(others.map(({ op, name }) => `${op} ("${name}")`))];
  fail('MODEL_INVALID', `ONNX node "${first!.name}" has an operation that is not supported: ${first!.op}.`, {
    source,
    accepted: Object.keys(handlers).join(', '),
    ...(more.length > 0 && { hint: `also not supported: ${more.join(', ')}` }),
  });
}

function translate(node: OnnxNode, importer: NetworkImporter): void {
  if (importer.skips(node)) return;
  const values = [handle(node, importer)].flat();
  for (const [i, name] of node.outputs.entries()) {
    if (values[i] !== undefined) importer.define(name, values[i]);
  }
}

/** What a handler trips over that it does not check for itself is a damaged file. */
function handle(node: OnnxNode, importer: NetworkImporter): Value | readonly Value[] {
  try {
    return handlers[node.op]!(node, importer);
  } catch (error) {
    if (error instanceof KirchhoffError) throw error;
    return node.refuse(`its attributes or inputs do not fit together (${(error as Error).message})`);
  }
}

function onlyInput(graph: GraphProto, constants: ReadonlyMap<string, unknown>, source: string): ValueInfoProto {
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  if (inputs.length !== 1) {
    fail('MODEL_INVALID', 'Only ONNX networks with one input are supported.', {
      source,
      found: `${inputs.length} inputs: ${inputs.map(({ name }) => name).join(', ')}`,
    });
  }
  return inputs[0]!;
}

/** Shape of our input, and what the axes of ONNX' input are in it. */
function inputLayout(
  { name, type }: ValueInfoProto,
  nodes: readonly OnnxNode[],
  source: string,
): { shape: number[]; axes: Axis[] } {
  const dims = type?.tensorType?.shape?.dim ?? [];
  const readers = nodes.filter(({ inputs }) => inputs[0] === name);
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
  const channelsFirst = batch === 0 && sizes.length > 2 && !readers.every(isToChannelsFirst) && isImage(sizes, readers);
  const order = sizes.map((_, axis) => axis).filter((axis) => axis !== batch);
  const ours = channelsFirst ? [...order.slice(1), order[0]!] : order;
  const axes = sizes.map((_, axis): Axis => (axis === batch ? 'batch' : ours.indexOf(axis)));
  return { shape: ours.map((axis) => sizes[axis]!), axes };
}

/** Four axes are an image; three are a sequence of channels where a convolution or pool reads them. */
function isImage(sizes: readonly number[], readers: readonly OnnxNode[]): boolean {
  return sizes.length === 4 || readers.some(({ op }) => /Conv|Pool|BatchNormalization/.test(op));
}

/** Networks from TensorFlow take channels last and turn them to ONNX' order themselves. */
function isToChannelsFirst(node: OnnxNode): boolean {
  const order = node.numbers('perm', []);
  return node.op === 'Transpose' && order.length > 2 && order[1] === order.length - 1;
}

/** Of a sequence whose second axis only is free, that axis is the batch. */
function isTimeFirst(dims: readonly { readonly dimValue: number }[], readers: readonly OnnxNode[]): boolean {
  return (
    dims.length === 3 && dims[0]!.dimValue > 0 && dims[1]!.dimValue < 1 && !readers.some(({ op }) => op === 'Conv')
  );
}

function networkOutput(graph: GraphProto, importer: NetworkImporter, nodes: readonly OnnxNode[], source: string) {
  const name = graph.output[0]?.name ?? '';
  const value = importer.value(name);
  const writer = nodes.find(({ outputs }) => outputs.includes(name));
  if (value?.kind !== 'activation' || writer === undefined || graph.output.length !== 1) {
    return fail('MODEL_INVALID', 'Only ONNX networks with one output that depends on the input are supported.', {
      source,
      found: `outputs ${graph.output.map((output) => output.name).join(', ') || 'none'}`,
    });
  }
  const { wire, axes }: Activation = value;
  const order = axes.flatMap((axis, onnxAxis) => (axis === 'batch' ? [] : [onnxAxis]));
  const isKeptImage = wire.shape.length === 3 && axes.length === 4;
  return isKeptImage ? wire : importer.arrange(writer, value, order);
}
