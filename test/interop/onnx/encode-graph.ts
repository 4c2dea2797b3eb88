import protobuf from 'protobufjs';
import { descriptor } from '../../../src/interop/onnx/proto.js';

const modelType = protobuf.Root.fromJSON(descriptor).lookupType('ModelProto');

/** ONNX' numbers of element types. */
const elementTypes = { float: 1, uint8: 2, int8: 3, int64: 7, bfloat16: 16 } as const;

/** A fixed tensor. bfloat16 values are given as their 16 bits. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** float where left out. */
  readonly type?: keyof typeof elementTypes;
  /** The values as the bytes that a file holds; `values` is then left empty. */
  readonly raw?: Uint8Array;
}

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
  /** Fixed tensors by name. */
  readonly weights: Readonly<Record<string, OnnxTensor>>;
  /** Version of the operations, 13 where left out. */
  readonly opset?: number;
}

/** The bytes of an ONNX file. */
export function encodeGraph({ input, output, nodes, weights, opset = 13 }: OnnxGraph): Uint8Array {
  const dim = input.shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  const graph = {
    name: 'net',
    node: nodes,
    input: [{ name: input.name, type: { tensorType: { elemType: 1, shape: { dim } } } }],
    output: [{ name: output }],
    initializer: Object.entries(weights).map(([name, tensor]) => ({ name, ...encodeTensor(tensor) })),
  };
  const model = { graph, opsetImport: [{ domain: '', version: opset }] };
  return modelType.encode(modelType.fromObject(model)).finish();
}

/** A tensor's fields in the file but its name. */
export function encodeTensor({ shape, values, type = 'float', raw }: OnnxTensor): Readonly<Record<string, unknown>> {
  const field = type === 'float' ? 'floatData' : type === 'int64' ? 'int64Data' : 'int32Data';
  return { dims: shape, dataType: elementTypes[type], ...(raw === undefined ? { [field]: values } : { rawData: raw }) };
}
