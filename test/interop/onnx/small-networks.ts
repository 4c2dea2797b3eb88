import { expect } from 'vitest';
import { type ImportedNetwork, readOnnx } from '../../../src/interop/index.js';
import { Model } from '../../../src/nn/index.js';
import { tf } from '../../../src/tensor/index.js';
import { encodeGraph, type OnnxGraph, type OnnxTensor } from './encode-graph.js';

type Node = OnnxGraph['nodes'][number];
type Attribute = Readonly<Record<string, unknown>>;

/** A node called like its output. */
export function node(opType: string, input: readonly string[], output: string, ...attribute: Attribute[]): Node {
  return { opType, name: output, input, output: [output], attribute };
}

export const int = (name: string, i: number): Attribute => ({ name, type: 2, i });
export const ints = (name: string, ...values: number[]): Attribute => ({ name, type: 7, ints: values });
export const text = (name: string, value: string): Attribute => ({ name, type: 3, s: Buffer.from(value) });
export const texts = (name: string, ...values: string[]): Attribute => {
  return { name, type: 8, strings: values.map((value) => Buffer.from(value)) };
};

export const floats = (shape: readonly number[], ...values: number[]): OnnxTensor => ({ shape, values });
export const whole = (...values: number[]): OnnxTensor => ({ shape: [values.length], values, type: 'int64' });

/** Reads the graph of these nodes, from input `x` to output `y`. */
export function read(
  shape: readonly (number | string)[],
  nodes: readonly Node[],
  weights: Readonly<Record<string, OnnxTensor>> = {},
  opset?: number,
): ImportedNetwork {
  const bytes = encodeGraph({
    input: { name: 'x', shape },
    output: 'y',
    nodes,
    weights,
    ...(opset !== undefined && { opset }),
  });
  return readOnnx(bytes, 'net.onnx');
}

/** What a network makes of one sample, in our order of axes. */
export function predict({ graph, weights }: ImportedNetwork, sample: tf.Tensor | readonly number[]): tf.Tensor {
  const model = Model.fromWeights(graph, weights);
  const x = sample instanceof tf.Tensor ? sample : tf.tensor1d([...sample]);
  const y = model.predict(tf.expandDims(x, 0));
  model.dispose();
  return tf.squeeze(y, [0]);
}

/** Holds a tensor against its shape and its values, row by row, to five digits behind the point. */
export function expectValues(found: tf.Tensor, shape: readonly number[], values: readonly number[]): void {
  expect(found.shape).toEqual(shape);
  expect(values).toHaveLength(found.size);
  for (const [i, value] of found.dataSync().entries()) expect(value).toBeCloseTo(values[i]!, 5);
}
