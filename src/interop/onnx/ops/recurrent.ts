import type { WeightValues, Wire } from '../../../nn/index.js';
import type { NetworkImporter } from '../network-importer.js';
import type { OnnxNode } from '../onnx-node.js';
import type { Activation, Axis, Constant, Value } from '../values.js';
import type { Handler } from './handler.js';

/** A kind of recurrent layer: how ONNX orders its gates, and which weights ours has. */
interface Kind {
  readonly op: 'lstm' | 'gru';
  /** Position in ONNX' order of each of our gates. */
  readonly gates: readonly number[];
  readonly splitBias: boolean;
  /** The activations of one direction that ours has, in lower case; ONNX' defaults. */
  readonly activations: readonly string[];
}

/** ONNX orders input, output, forget, cell. */
const lstmKind: Kind = {
  op: 'lstm',
  gates: [0, 2, 3, 1],
  splitBias: false,
  activations: ['sigmoid', 'tanh', 'tanh'],
};
const gruKind: Kind = { op: 'gru', gates: [0, 1, 2], splitBias: true, activations: ['sigmoid', 'tanh'] };

/** LSTM with its default activations, in one or both directions, from a state of zeros. */
export const lstm: Handler = (node, importer) => {
  node.require(node.inputs[7] === undefined || node.inputs[7] === '', 'peepholes are not supported');
  node.require(node.number('input_forget', 0) === 0, 'input_forget is not supported');
  return recurrent(node, importer, lstmKind, {});
};

/** GRU with its default activations, in one or both directions, from a state of zeros. */
export const gru: Handler = (node, importer) =>
  recurrent(node, importer, gruKind, { resetAfter: node.number('linear_before_reset', 0) === 1 });

function recurrent(
  node: OnnxNode,
  importer: NetworkImporter,
  kind: Kind,
  fields: Readonly<Record<string, unknown>>,
): Value[] {
  refuseUnusual(node, importer);
  const input = importer.activation(node);
  const batchFirst = node.number('layout', 0) === 1;
  const [time, features] = batchFirst ? [1, 2] : [0, 2];
  node.require(input.axes[batchFirst ? 0 : 1] === 'batch', 'the batch is not on the axis that its layout asks for');
  const sequence = importer.arrange(node, input, [time!, features!]);
  const units = node.number('hidden_size', undefined) ?? node.refuse('hidden_size is missing');
  const direction = node.text('direction', 'forward');
  const reversals = direction === 'bidirectional' ? [false, true] : [direction === 'reverse'];
  refuseOtherActivations(node, kind, reversals.length);
  const layers = reversals.map((reverse, index) => {
    const weights = directionWeights(node, importer, kind, units, index);
    return (returnSequences: boolean) =>
      importer.append(node, { op: kind.op, ...fields, units, reverse, returnSequences }, [sequence], weights);
  });
  const [sequences, states] = [isRead(node, importer, 0), isRead(node, importer, 1)];
  node.require(!isRead(node, importer, 2), 'its last cell state is not supported as an output');
  node.require(sequences || states, 'none of its outputs is used');
  const nothing: Value = { kind: 'fill', value: 0 };
  return [
    sequences
      ? joinSequences(
          node,
          importer,
          layers.map((make) => make(true)),
          units,
          batchFirst,
        )
      : nothing,
    states
      ? joinStates(
          node,
          importer,
          layers.map((make) => make(false)),
          units,
          batchFirst,
        )
      : nothing,
  ];
}

/** Y: [time, directions, batch, units], or [batch, time, directions, units]. */
function joinSequences(
  node: OnnxNode,
  importer: NetworkImporter,
  wires: readonly Wire[],
  units: number,
  batchFirst: boolean,
): Activation {
  const [first] = wires;
  const single = wires.length === 1;
  const wire = single ? first! : reshapedConcat(node, importer, wires, [first!.shape[0]!, 2, units]);
  const direction: Axis = single ? 'one' : 1;
  const axes: Axis[] = batchFirst ? ['batch', 0, direction, single ? 1 : 2] : [0, direction, 'batch', single ? 1 : 2];
  return { kind: 'activation', wire, axes };
}

/** Y_h: [directions, batch, units], or [batch, directions, units]. */
function joinStates(
  node: OnnxNode,
  importer: NetworkImporter,
  wires: readonly Wire[],
  units: number,
  batchFirst: boolean,
): Activation {
  const single = wires.length === 1;
  const wire = single ? wires[0]! : reshapedConcat(node, importer, wires, [2, units]);
  const [direction, last]: [Axis, Axis] = single ? ['one', 0] : [0, 1];
  return { kind: 'activation', wire, axes: batchFirst ? ['batch', direction, last] : [direction, 'batch', last] };
}

function reshapedConcat(
  node: OnnxNode,
  importer: NetworkImporter,
  wires: readonly Wire[],
  shape: readonly number[],
): Wire {
  const joined = importer.append(node, { op: 'concat', axis: -1 }, wires);
  return importer.append(node, { op: 'reshape', shape }, [joined]);
}

function isRead(node: OnnxNode, importer: NetworkImporter, output: number): boolean {
  const name = node.outputs[output] ?? '';
  return name !== '' && (importer.outputs.has(name) || importer.nodes.some(({ inputs }) => inputs.includes(name)));
}

function refuseOtherActivations(node: OnnxNode, { activations }: Kind, directions: number): void {
  const ours = Array(directions).fill(activations).flat().join();
  const listed = node.texts('activations', undefined)?.join();
  node.require(
    listed === undefined || listed.toLowerCase() === ours,
    `only the default activations (${ours}) are supported, got ${listed}`,
  );
}

function refuseUnusual(node: OnnxNode, importer: NetworkImporter): void {
  node.require(!node.has('clip'), 'clip is not supported');
  node.require(importer.optional(node, 4) === undefined, 'sequence lengths are not supported');
  for (const index of [5, 6]) {
    const state = importer.optional(node, index);
    const zero =
      state === undefined ||
      (state.kind === 'fill' && state.value === 0) ||
      (state.kind === 'constant' && state.data.every((value) => value === 0));
    node.require(zero, 'only initial states of zero are supported');
  }
}

/** W [directions, gates * units, features], R [directions, gates * units, units], B [directions, 2 * gates * units]. */
function directionWeights(
  node: OnnxNode,
  importer: NetworkImporter,
  { gates, splitBias }: Kind,
  units: number,
  direction: number,
): Record<string, WeightValues> {
  const matrix = (index: number) => {
    const stored = importer.constant(node, index) ?? node.refuse(`input ${index} is missing`);
    return ourMatrix(stored, gates, units, direction);
  };
  const width = gates.length * units;
  const stored = importer.constant(node, 3)?.data ?? new Float32Array(2 * width * (direction + 1));
  const [inputBias, recurrentBias] = [0, 1].map((half) => {
    const start = (2 * direction + half) * width;
    return reorderGates(stored.subarray(start, start + width), gates, units, 1);
  }) as [Float32Array, Float32Array];
  const vector = (data: Float32Array): WeightValues => ({ shape: [width], data });
  const biases = splitBias
    ? { bias: vector(inputBias), recurrentBias: vector(recurrentBias) }
    : { bias: vector(inputBias.map((value, i) => value + recurrentBias[i]!)) };
  return { kernel: matrix(1), recurrentKernel: matrix(2), ...biases };
}

/** One direction's matrix, gates reordered, transposed to [inputs, gates * units]. */
function ourMatrix(
  { shape, data }: Constant,
  gates: readonly number[],
  units: number,
  direction: number,
): WeightValues {
  const [, columns, rows] = shape as [number, number, number];
  const own = data.subarray(direction * columns * rows, (direction + 1) * columns * rows);
  const ordered = reorderGates(own, gates, units, rows);
  const result = new Float32Array(ordered.length);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) result[row * columns + column] = ordered[column * rows + row]!;
  }
  return { shape: [rows, columns], data: result };
}

function reorderGates(data: Float32Array, gates: readonly number[], units: number, rows: number): Float32Array {
  const size = units * rows;
  const result = new Float32Array(data.length);
  for (const [ours, theirs] of gates.entries())
    result.set(data.subarray(theirs * size, (theirs + 1) * size), ours * size);
  return result;
}
