import type { Constant, Value } from '../values.js';
import type { Handler } from './handler.js';

/** Constant, with any of its attributes but strings. */
export const constant: Handler = (node) => {
  const tensor = node.tensor('value');
  if (tensor !== undefined) return tensor;
  if (node.has('value_float')) return floats([], [node.number('value_float', 0)]);
  const listed = node.numbers('value_floats', undefined);
  if (listed !== undefined) return floats([listed.length], listed);
  const whole =
    node.numbers('value_ints', undefined) ?? (node.has('value_int') ? [node.number('value_int', 0)] : undefined);
  if (whole === undefined) return node.refuse('its kind of value is not supported');
  return { kind: 'ints', shape: node.has('value_int') ? [] : [whole.length], values: whole };
};

/** One number everywhere; where the shape depends on the batch, only the number is kept. */
export const constantOfShape: Handler = (node, importer) => {
  const tensor = node.tensor('value');
  const value = Number(tensor?.kind === 'constant' ? tensor.data[0] : (tensor?.values[0] ?? 0));
  const wanted = importer.input(node, 0);
  if (wanted.kind !== 'ints') return node.refuse('the shape must be known before the network runs');
  return filled(wanted.values, value, tensor?.kind === 'ints');
};

/** Repeats a constant of one value. */
export const expand: Handler = (node, importer) => {
  const value = importer.input(node, 0);
  const wanted = importer.input(node, 1);
  if (value.kind === 'fill') return value;
  if (value.kind !== 'constant' || wanted.kind !== 'ints') return node.refuse('only constants can be expanded');
  const [first] = value.data;
  node.require(
    value.data.every((one) => one === first),
    'only a constant of one value can be expanded',
  );
  return filled(wanted.values, first!, false);
};

function filled(shape: readonly (number | 'batch')[], value: number, whole: boolean): Value {
  if (shape.includes('batch')) return { kind: 'fill', value };
  const known = shape as readonly number[];
  const count = known.reduce((product, size) => product * size, 1);
  if (whole) return { kind: 'ints', shape: known, values: Array<number>(count).fill(value) };
  return floats(known, Array<number>(count).fill(value));
}

function floats(shape: readonly number[], values: readonly number[]): Constant {
  return { kind: 'constant', shape, data: Float32Array.from(values) };
}
