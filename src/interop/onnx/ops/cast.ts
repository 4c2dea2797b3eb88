import type { NetworkImporter } from '../network-importer.js';
import type { OnnxNode } from '../onnx-node.js';
import type { Value } from '../values.js';
import type { Handler } from './handler.js';

/** ONNX' numbers of element types: float, float16, double and bfloat16; int32 and int64; bool. */
const floatTypes: readonly number[] = [1, 10, 11, 16];
const intTypes: readonly number[] = [6, 7];
const boolType = 9;

/**
 * Cast. What depends on the network's input is a float and stays one: a change of width is left out, all other types,
 * which round or wrap values, are refused. Constants become floats, whole numbers, or 0 and 1.
 */
export const cast: Handler = (node, importer) => {
  const type = node.number('to', undefined) ?? node.refuse('its type "to" is missing');
  if (floatTypes.includes(type)) return toFloats(node, importer);
  if (intTypes.includes(type)) return toInts(node, importer);
  if (type === boolType) return toBools(node, importer);
  return node.refuse(`a cast to the element type ${type} is not supported`);
};

function toFloats(node: OnnxNode, importer: NetworkImporter): Value {
  const value = importer.input(node, 0);
  return value.kind === 'ints' ? importer.constant(node, 0)! : value;
}

/** Towards zero. Sizes of shapes may depend on the batch and pass as they are. */
function toInts(node: OnnxNode, importer: NetworkImporter): Value {
  const value = importer.input(node, 0);
  switch (value.kind) {
    case 'constant':
      return { kind: 'ints', shape: value.shape, values: Array.from(value.data, Math.trunc) };
    case 'fill':
      return { kind: 'fill', value: Math.trunc(value.value) };
    case 'ints':
      return value;
    case 'activation':
      return node.refuse('values that depend on the input can only be cast to float types');
  }
}

function toBools(node: OnnxNode, importer: NetworkImporter): Value {
  const { shape, data } = importer.constant(node, 0)!;
  return { kind: 'ints', shape, values: Array.from(data, (value) => Number(value !== 0)) };
}
