import protobuf from 'protobufjs';
import { descriptor } from '../../../src/interop/onnx/proto.js';

const modelType = protobuf.Root.fromJSON(descriptor).lookupType('ModelProto');

/** A small ONNX graph in plain words. */
export interface OnnxGraph {
  readonly input: { readonly name: string; readonly shape: readonly (number | string)[] };
  readonly output: string;
  readonly nodes: readonly {
    readonly opType: string;
    readonly name: string;
    readonly input: readonly string[];
    readonly output: readonly string[];
    readonly attribute?: readonly Readonly<Record<string, unknown>>[];
  }[];
  /** Fixed float tensors by name. */
  readonly weights: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>;
}

/** The bytes of an ONNX file. */
export function encodeGraph({ input, output, nodes, weights }: OnnxGraph): Uint8Array {
  const dim = input.shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  const graph = {
    name: 'net',
    node: nodes,
    input: [{ name: input.name, type: { tensorType: { elemType: 1, shape: { dim } } } }],
    output: [{ name: output }],
    initializer: Object.entries(weights).map(([name, { shape, values }]) => ({
      name,
      dims: shape,
      dataType: 1,
      floatData: values,
    })),
  };
  const model = { graph, opsetImport: [{ domain: '', version: 13 }] };
  return modelType.encode(modelType.fromObject(model)).finish();
}
