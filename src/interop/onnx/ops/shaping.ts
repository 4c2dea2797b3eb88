import { type NetworkImporter, resolveAxis, sizes } from '../network-importer.js';
import type { OnnxNode } from '../onnx-node.js';
import type { Activation, Axis, Size } from '../values.js';
import { permute } from '../values.js';
import type { Handler } from './handler.js';

/** Changes only how our axes are read. */
export const transpose: Handler = (node, importer) => {
  const value = importer.input(node, 0);
  if (value.kind === 'constant') {
    return permute(value, node.numbers('perm', undefined) ?? value.shape.map((_, axis) => axis).reverse());
  }
  const input = importer.activation(node);
  const order = node.numbers('perm', undefined) ?? input.axes.map((_, axis) => axis).reverse();
  return { ...input, axes: order.map((axis) => input.axes[axis]!) };
};

/** Flatten of all axes but the batch. */
export const flatten: Handler = (node, importer) => {
  const input = importer.activation(node);
  const axis = resolveAxis(node, node.number('axis', 1), input.axes.length);
  node.require(
    input.axes[0] === 'batch' && axis === 1,
    'only flattening all but the first axis, the batch, is supported',
  );
  return reshaped(node, importer, input, ['batch', -1]);
};

/** Reshape to a shape that is known but for the batch. */
export const reshape: Handler = (node, importer) => {
  const value = importer.input(node, 0);
  const copiesZero = node.number('allowzero', 0) === 0;
  const listed = targetShape(node, importer);
  if (value.kind === 'constant') {
    const target = listed.map((size, axis) => (size === 0 && copiesZero ? (value.shape[axis] ?? size) : size));
    const known = target.reduce<number>(
      (product, size) => (typeof size === 'number' && size > 0 ? product * size : product),
      1,
    );
    const shape = target.map((size) => (size === -1 ? value.data.length / known : (size as number)));
    return { ...value, shape };
  }
  if (value.kind === 'ints') return { ...value, shape: [value.values.length] };
  return reshaped(node, importer, importer.activation(node), listed);
};

/** Squeeze: axes of size 1 are no longer named. */
export const squeeze: Handler = (node, importer) => {
  const value = importer.input(node, 0);
  const listed = node.numbers('axes', undefined) ?? importer.ints(node, 1);
  if (value.kind === 'ints') return { ...value, shape: [] };
  if (value.kind === 'fill') return value;
  const input = importer.activation(node);
  const rank = input.axes.length;
  const axes = listed?.map((axis) => resolveAxis(node, axis, rank)) ?? onesOf(input);
  const sizesNow = sizes(input);
  for (const axis of axes) node.require(sizesNow[axis] === 1, `axis ${axis} has size ${sizesNow[axis]}, not 1`);
  return { ...input, axes: input.axes.filter((_, axis) => !axes.includes(axis)) };
};

/** Unsqueeze: names axes of size 1 that our value does not have. */
export const unsqueeze: Handler = (node, importer) => {
  const value = importer.input(node, 0);
  const listed = node.numbers('axes', undefined) ?? importer.ints(node, 1) ?? node.refuse('axes are missing');
  if (value.kind === 'ints') return { ...value, shape: [value.values.length] };
  if (value.kind === 'fill') return value;
  const rank = (value.kind === 'constant' ? value.shape.length : value.axes.length) + listed.length;
  const added = new Set(listed.map((axis) => resolveAxis(node, axis, rank)));
  let next = 0;
  const order = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? ('one' as const) : next++));
  if (value.kind === 'constant') return permute(value, order);
  return { ...value, axes: order.map((axis) => (axis === 'one' ? 'one' : value.axes[axis]!)) };
};

function onesOf(input: Activation): number[] {
  return sizes(input).flatMap((size, axis) => (size === 1 ? [axis] : []));
}

function targetShape(node: OnnxNode, importer: NetworkImporter): Size[] {
  const value = importer.input(node, 1);
  if (value.kind !== 'ints') return node.refuse('the new shape must be known before the network runs');
  return [...value.values];
}

/** Reshapes all axes but the batch, which must stay where it is: the axes on either side of it change on their own. */
function reshaped(node: OnnxNode, importer: NetworkImporter, input: Activation, target: readonly Size[]): Activation {
  const before = sizes(input);
  const batchBefore = input.axes.indexOf('batch');
  const total = before.reduce<number>((product, size) => (size === 'batch' ? product : product * size), 1);
  const copied = target.map((size, axis) => (size === 0 && node.number('allowzero', 0) === 0 ? before[axis]! : size));
  const batchAfter = batchAxis(node, copied, before, batchBefore, total);
  const known = copied.reduce<number>(
    (product, size, axis) => (axis !== batchAfter && typeof size === 'number' && size > 0 ? product * size : product),
    1,
  );
  const shape = copied.map((size, axis) => (axis === batchAfter ? 'batch' : size === -1 ? total / known : size));
  const sampleShape = shape.filter((size): size is number => typeof size === 'number');
  const leading = (list: readonly Size[], end: number) =>
    list.slice(0, end).reduce<number>((product, size) => product * (size as number), 1);
  node.require(
    sampleShape.every(Number.isInteger) && sampleShape.reduce((product, size) => product * size, 1) === total,
    `${before.join('x')} cannot become ${target.join('x')}`,
  );
  node.require(leading(before, batchBefore) === leading(shape, batchAfter), 'the batch would move to another axis');
  const order = input.axes.flatMap((axis, onnxAxis) => (axis === 'batch' ? [] : [onnxAxis]));
  const arranged = importer.arrange(node, input, order);
  const same = arranged.shape.join() === sampleShape.join();
  const wire = same ? arranged : importer.append(node, { op: 'reshape', shape: sampleShape }, [arranged]);
  let next = 0;
  const axes: Axis[] = shape.map((size) => (size === 'batch' ? 'batch' : next++));
  return { kind: 'activation', wire, axes };
}

/**
 * Which axis of a new shape is the batch: the one that says so; else -1 where the other sizes make up a whole sample; else
 * the axis where it was, for networks exported with a fixed batch size.
 */
function batchAxis(
  node: OnnxNode,
  target: readonly Size[],
  before: readonly Size[],
  batchBefore: number,
  total: number,
): number {
  const named = target.indexOf('batch');
  if (named >= 0) return named;
  const free = target.indexOf(-1);
  const others = target.reduce<number>(
    (product, size, axis) => (axis === free ? product : product * (size as number)),
    1,
  );
  if (free >= 0 && others === total) return free;
  node.require(
    batchBefore < target.length,
    `${before.join('x')} cannot become ${target.join('x')} for every batch size`,
  );
  return batchBefore;
}
