import type { Wire } from '../../../nn/index.js';
import { alignConstant, type NetworkImporter, resolveAxis, sizes } from '../network-importer.js';
import type { OnnxNode } from '../onnx-node.js';
import type { Activation, Constant, Ints, Size, Value } from '../values.js';
import { computeConstants, type Operation } from './constant-arithmetic.js';
import type { Handler } from './handler.js';

/** Add, Sub, Mul, Div of activations and constants, with broadcasting; of whole numbers where shapes are computed. */
export function binary(operation: Operation): Handler {
  return (node, importer) => {
    const [a, b] = [importer.input(node, 0), importer.input(node, 1)];
    if (a.kind === 'ints' && b.kind === 'ints') return computeInts(node, operation, a, b);
    if (a.kind === 'activation' && b.kind === 'activation') return combineActivations(node, importer, operation, a, b);
    if (a.kind === 'activation') return withConstant(node, importer, operation, a, importer.constant(node, 1)!);
    if (b.kind === 'activation') return constantFirst(node, importer, operation, importer.constant(node, 0)!, b);
    if (a.kind === 'fill' || b.kind === 'fill') return node.refuse('a constant of the batch size is not supported');
    return computeConstants(node, operation, importer.constant(node, 0)!, importer.constant(node, 1)!);
  };
}

/** Concat of activations, of whole numbers, or of equal fills. */
export const concat: Handler = (node, importer) => {
  const values = node.inputs.map((_, index) => importer.input(node, index));
  const listedAxis = node.number('axis', 1);
  const whole = values.filter((value): value is Ints => value.kind === 'ints');
  if (whole.length === values.length) {
    const joined = whole.flatMap((value) => value.values);
    return { kind: 'ints', shape: [joined.length], values: joined };
  }
  const fill = values[0]!;
  if (fill.kind === 'fill' && values.every((value) => value.kind === 'fill' && value.value === fill.value)) return fill;
  const [first, ...others] = values.map((_, index) => importer.activation(node, index)) as [
    Activation,
    ...Activation[],
  ];
  const axis = first.axes[resolveAxis(node, listedAxis, first.axes.length)]!;
  if (typeof axis !== 'number') return node.refuse('only axes that the network knows can be concatenated');
  const wires = others.map((other) => likewise(node, importer, other, first));
  return { ...first, wire: importer.append(node, { op: 'concat', axis }, [first.wire, ...wires]) };
};

/** An activation with its axes in the order of another's. */
function likewise(node: OnnxNode, importer: NetworkImporter, value: Activation, model: Activation): Wire {
  const missing = model.axes.length - value.axes.length;
  node.require(
    value.axes.indexOf('batch') + missing === model.axes.indexOf('batch'),
    'the batch is on different axes of its inputs',
  );
  const order = model.wire.shape.map((_, ours) => {
    const axis = model.axes.indexOf(ours) - missing;
    return axis < 0 ? ('one' as const) : axis;
  });
  return importer.arrange(node, value, order);
}

function combineActivations(
  node: OnnxNode,
  importer: NetworkImporter,
  operation: Operation,
  a: Activation,
  b: Activation,
): Value {
  const bIsFuller = a.axes.length < b.axes.length || a.wire.shape.length < b.wire.shape.length;
  const model = bIsFuller ? b : a;
  node.require(
    sizes(model).length >= sizes(bIsFuller ? a : b).length,
    'inputs whose axes cannot be aligned are not supported',
  );
  const wireA = bIsFuller ? likewise(node, importer, a, b) : a.wire;
  const wireB = bIsFuller ? b.wire : likewise(node, importer, b, a);
  const combine = (op: 'add' | 'mul', wires: readonly Wire[]) => importer.append(node, { op }, wires);
  switch (operation) {
    case 'Add':
      return { ...model, wire: combine('add', [wireA, wireB]) };
    case 'Mul':
      return { ...model, wire: combine('mul', [wireA, wireB]) };
    case 'Sub': {
      const minusOne = importer.appendConstant(node, { shape: [1], data: Float32Array.of(-1) });
      return { ...model, wire: combine('add', [wireA, combine('mul', [wireB, minusOne])]) };
    }
    case 'Div':
      return node.refuse('division by an activation is not supported');
  }
}

function withConstant(
  node: OnnxNode,
  importer: NetworkImporter,
  operation: Operation,
  input: Activation,
  constant: Constant,
): Value {
  const { shape, data } = alignConstant(node, constant, input);
  const isSum = operation === 'Add' || operation === 'Sub';
  const turned = operation === 'Sub' ? data.map((v) => -v) : operation === 'Div' ? data.map((v) => 1 / v) : data;
  const other = importer.appendConstant(node, { shape, data: turned });
  const wire = importer.append(node, { op: isSum ? 'add' : 'mul' }, [input.wire, other]);
  node.require(
    wire.shape.every((size, axis) => size === input.wire.shape[axis]),
    'a constant that is larger than the activation is not supported',
  );
  return { ...input, wire };
}

function constantFirst(
  node: OnnxNode,
  importer: NetworkImporter,
  operation: Operation,
  constant: Constant,
  input: Activation,
): Value {
  if (operation === 'Div') node.refuse('division by an activation is not supported');
  if (operation !== 'Sub') return withConstant(node, importer, operation, input, constant);
  const minusOne: Constant = { kind: 'constant', shape: [], data: Float32Array.of(-1) };
  const negated = withConstant(node, importer, 'Mul', input, minusOne) as Activation;
  return withConstant(node, importer, 'Add', negated, constant);
}

function computeInts(node: OnnxNode, operation: Operation, a: Ints, b: Ints): Ints {
  const longer = a.values.length >= b.values.length ? a : b;
  const values = longer.values.map((_, i) => {
    const [x, y] = [a.values[i % a.values.length]!, b.values[i % b.values.length]!];
    return computeSize(node, operation, x, y);
  });
  return { kind: 'ints', shape: longer.shape, values };
}

function computeSize(node: OnnxNode, operation: Operation, x: Size, y: Size): Size {
  if (x === 'batch' && y === 1 && (operation === 'Mul' || operation === 'Div')) return x;
  if (x === 1 && y === 'batch' && operation === 'Mul') return y;
  if (x === 'batch' || y === 'batch') return node.refuse('a shape depends on the batch size other than as an axis');
  if (operation === 'Add') return x + y;
  if (operation === 'Sub') return x - y;
  return operation === 'Mul' ? x * y : Math.trunc(x / y);
}
