import { basename, extname } from 'node:path';
import { fail, KirchhoffError } from '../../config/index.js';
import { GraphBuilder, type NetworkGraph, type WeightMap } from '../../nn/index.js';
import { readBytes } from '../files/read-file.js';
import { inputLayout } from './input-layout.js';
import { NetworkImporter } from './network-importer.js';
import { OnnxNode } from './onnx-node.js';
import { handlers } from './ops/index.js';
import { networkOutput } from './output-layout.js';
import { decodeOnnx, type GraphProto, type ValueInfoProto } from './proto.js';
import { readTensor } from './tensor-data.js';
import type { Value } from './values.js';

/** A network with its weights. */
export interface ImportedNetwork {
  readonly graph: NetworkGraph;
  readonly weights: WeightMap;
}

/**
 * Reads an ONNX file as PyTorch and tf2onnx export convolutional, dense and recurrent networks for inference.
 *
 * Images become channels last: a network exported for [batch, channels, height, width] takes
 * [batch, height, width, channels], and so does one that itself turns channels to the front before its first convolution.
 * Likewise an output of four axes, the batch first, whose channels are its second axis gets them last: the output of a
 * convolution, also where Transpose nodes behind it exchange height and width, and of a Reshape to four axes unless the
 * network takes channels last itself. All other outputs have the order of axes that ONNX says, the batch put first: also
 * images whose channels a Transpose has put last.
 *
 * @example
 * const { graph, weights } = await importOnnx('resnet20.onnx');
 * const model = Model.fromWeights(graph, weights);
 *
 * @throws MODEL_INVALID naming the file and, where it is a node's fault, the node: a file cut short, an operation that is
 * not known, an attribute that is not known and not harmless, a shape that is not fixed.
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
  const { shape, axes } = inputLayout(input, nodes, constants, source);
  const builder = new GraphBuilder(basename(source, extname(source)), shape);
  const importer = new NetworkImporter(builder, opset, nodes, new Set(graph.output.map(({ name }) => name)));
  for (const [name, value] of constants) importer.define(name, value);
  importer.define(input.name, { kind: 'activation', wire: builder.input, axes });
  for (const node of nodes) translate(node, importer);
  const output = networkOutput(graph, importer, axes, source);
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
    const values = handlers[node.op]!(node, importer);
    node.refuseUnread();
    return values;
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
