import protobuf from 'protobufjs';
import { descriptor } from '../../../src/interop/onnx/proto.js';

const modelType = protobuf.Root.fromJSON(descriptor).lookupType('ModelProto');

/** An ONNX file of a chain of nodes, each reading the one before; an axis of the input with a text has no fixed size. */
export function encodeOnnx(
  chain: readonly Readonly<Record<string, unknown>>[],
  shape: readonly (number | string)[],
): Uint8Array {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  const value = (name: string) => ({ name, type: { tensorType: { elemType: 1, shape: { dim } } } });
  const node = chain.map((fields, i) => ({
    ...fields,
    input: [i === 0 ? 'image' : `value${i}`],
    output: [i === chain.length - 1 ? 'output' : `value${i + 1}`],
  }));
  const graph = { name: 'net', node, input: [value('image')], output: [value('output')] };
  const model = { graph, opsetImport: [{ domain: '', version: 13 }] };
  return modelType.encode(modelType.fromObject(model)).finish();
}
