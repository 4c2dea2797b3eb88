import { type NetworkImporter, resolveAxis, sizes } from '../network-importer.js';
import type { OnnxNode } from '../onnx-node.js';
import { type Activation, type Axis, finite, type Ints } from '../values.js';
import type { Handler } from './handler.js';

/** Pad with a constant, on all axes or, from opset 18 on, on those listed. */
export const pad: Handler = (node, importer) => {
  const input = importer.activation(node);
  node.require(node.text('mode', 'constant') === 'constant', `mode "${node.text('mode', '')}" is not supported`);
  const pads = node.numbers('pads', undefined) ?? importer.ints(node, 1) ?? node.refuse('pads are missing');
  const value = importer.constant(node, 2)?.data[0] ?? node.number('value', 0);
  const rank = input.axes.length;
  const axes = importer.ints(node, 3)?.map((axis) => resolveAxis(node, axis, rank)) ?? [...input.axes.keys()];
  node.require(pads.length === 2 * axes.length, `${axes.length} axes need ${2 * axes.length} pads, got ${pads.length}`);
  const padding = input.wire.shape.map(() => [0, 0]);
  for (const [i, onnxAxis] of axes.entries()) {
    const axis = input.axes[onnxAxis]!;
    const sides = [pads[i]!, pads[i + axes.length]!];
    if (sides.every((size) => size === 0)) continue;
    if (typeof axis !== 'number') return node.refuse('the batch, or an axis that the network lacks, cannot be padded');
    node.require(
      sides.every((size) => size >= 0),
      'negative pads are not supported',
    );
    padding[axis] = sides;
  }
  return { ...input, wire: importer.append(node, { op: 'pad', padding, value: finite(value) }, [input.wire]) };
};

/** Slice with constant limits and positive steps. */
export const slice: Handler = (node, importer) => {
  const starts = node.numbers('starts', undefined) ?? importer.ints(node, 1) ?? node.refuse('starts are missing');
  const ends = node.numbers('ends', undefined) ?? importer.ints(node, 2) ?? node.refuse('ends are missing');
  const axes = node.numbers('axes', undefined) ?? importer.ints(node, 3) ?? starts.map((_, axis) => axis);
  const steps = importer.ints(node, 4) ?? starts.map(() => 1);
  const value = importer.input(node, 0);
  if (value.kind === 'ints') return sliceInts(value, starts[0]!, ends[0]!, steps[0]!);
  if (value.kind === 'fill') return value;
  const input = importer.activation(node);
  const { wire } = input;
  const limits = { begin: wire.shape.map(() => 0), end: [...wire.shape], strides: wire.shape.map(() => 1) };
  for (const [i, listed] of axes.entries()) {
    const axis = input.axes[resolveAxis(node, listed, input.axes.length)]!;
    const all = starts[i] === 0 && ends[i]! > 2 ** 30;
    if (all && steps[i] === 1) continue;
    if (typeof axis !== 'number') return node.refuse('the batch, or an axis that the network lacks, cannot be sliced');
    node.require(steps[i]! > 0, 'negative steps are not supported');
    limits.begin[axis] = within(starts[i]!, wire.shape[axis]!);
    limits.end[axis] = within(ends[i]!, wire.shape[axis]!);
    limits.strides[axis] = steps[i]!;
  }
  return { ...input, wire: importer.append(node, { op: 'stridedSlice', ...limits }, [wire]) };
};

/** Gather of one index along an axis of an activation, or of entries of a list of whole numbers. */
export const gather: Handler = (node, importer) => {
  const value = importer.input(node, 0);
  const indices = importer.input(node, 1);
  const axis = node.number('axis', 0);
  const wanted = importer.ints(node, 1) ?? node.refuse('indices are missing');
  if (value.kind === 'ints') {
    const values = wanted.map((index) => value.values[index < 0 ? index + value.values.length : index]!);
    return { kind: 'ints', shape: indices.kind === 'ints' ? indices.shape : [], values };
  }
  return pick(node, importer, importer.activation(node), axis, wanted);
};

function pick(
  node: OnnxNode,
  importer: NetworkImporter,
  input: Activation,
  listedAxis: number,
  [index, ...others]: readonly number[],
): Activation {
  const onnxAxis = resolveAxis(node, listedAxis, input.axes.length);
  const axis = input.axes[onnxAxis]!;
  const scalar = importer.input(node, 1);
  const single = others.length === 0 && scalar.kind === 'ints' && scalar.shape.length === 0;
  if (typeof axis !== 'number' || !single)
    return node.refuse('only one index along an axis of the sample is supported');
  const { wire } = input;
  const begin = wire.shape.map(() => 0);
  const end = [...wire.shape];
  begin[axis] = resolveAxis(node, index!, wire.shape[axis]!);
  end[axis] = begin[axis]! + 1;
  const strides = wire.shape.map(() => 1);
  const part = importer.append(node, { op: 'stridedSlice', begin, end, strides }, [wire]);
  const axes: Axis[] = input.axes.filter((_, i) => i !== onnxAxis);
  return { kind: 'activation', wire: part, axes };
}

/** Shape of an activation, of which only the batch is not known; from opset 15 on, a part of it. */
export const shape: Handler = (node, importer) => {
  const all = sizes(importer.activation(node));
  const [start, end] = [node.number('start', 0), node.number('end', all.length)];
  const values = all.slice(within(start, all.length), within(end, all.length));
  return { kind: 'ints', shape: [values.length], values };
};

function sliceInts({ values }: Ints, start: number, end: number, step: number): Ints {
  const [from, to] = [within(start, values.length), within(end, values.length)];
  const part = values.slice(from, to).filter((_, i) => i % step === 0);
  return { kind: 'ints', shape: [part.length], values: part };
}

function within(limit: number, size: number): number {
  return Math.min(size, Math.max(0, limit < 0 ? limit + size : limit));
}
