import { type GraphNode, type NodeOf, type Shape, sizeOf } from '../nn/index.js';
import { largest } from './totals.js';

/**
 * What has to be there before each position of a value is: by the matrix, how many of its vectors, counted from the
 * first. A position is a pixel, a time step: one index of all axes but the last.
 */
export type Needs = ReadonlyMap<string, readonly number[]>;

/** A value with what it needs. */
export interface Operand {
  readonly shape: Shape;
  readonly needs: Needs;
}

/** The indices along one axis of an input that an output position is made from. */
interface AxisRange {
  readonly start: number;
  /** Behind the last one. */
  readonly end: number;
  readonly step: number;
}

/** The indices of an input, axis by axis without the last, that an output position is made from. */
type Footprint = (position: readonly number[]) => readonly AxisRange[];

/**
 * What the positions that a node computes need: the greatest need of all positions of its inputs that it reads for them.
 * Of a node with matrices these are the vectors that its matrices read, in the order in which they do.
 *
 * @param output shape of the node's value
 */
export function needsOf(node: GraphNode, inputs: readonly Operand[], output: Shape): Needs {
  const shape = node.op === 'lstm' || node.op === 'gru' ? inputs[0]!.shape : output;
  return mergeNeeds(inputs.map((_, index) => needsThrough(node, index, inputs, shape)));
}

/** The greater need of each position, of all values together. */
function mergeNeeds(values: readonly Needs[]): Needs {
  if (values.length === 1) return values[0]!;
  const merged = new Map<string, readonly number[]>();
  for (const [id, counts] of values.flatMap((needs) => [...needs])) {
    const other = merged.get(id);
    merged.set(id, other === undefined ? counts : counts.map((count, i) => Math.max(count, other[i]!)));
  }
  return merged;
}

/** The needs of one input carried over to the positions of the output. */
function needsThrough(node: GraphNode, index: number, inputs: readonly Operand[], output: Shape): Needs {
  const { shape, needs } = inputs[index]!;
  if (needs.size === 0) return needs;
  if (node.op === 'reshape' || node.op === 'flatten') return reshaped(needs, shape.at(-1)!, output);
  const footprint = footprintOf(node, index, inputs, output);
  if (footprint === undefined) return needs;
  const read = positionsOf(output.slice(0, -1)).map(footprint);
  return mapNeeds(needs, (counts) => read.map((ranges) => mostWithin(counts, shape, ranges)));
}

/** What a node reads of one input; undefined where every position reads the same position of the input. */
function footprintOf(node: GraphNode, index: number, inputs: readonly Operand[], output: Shape): Footprint | undefined {
  const { shape } = inputs[index]!;
  switch (node.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'maxPool':
    case 'avgPool':
      return isPointwise(node) && sameAxes(shape, output) ? undefined : windowFootprint(node, shape, output);
    case 'globalAvgPool':
    case 'globalMaxPool':
      return () => shape.slice(0, -1).map(whole);
    case 'lstm':
    case 'gru':
      return node.reverse ? ([step]) => [one(shape[0]! - 1 - step!)] : undefined;
    case 'transpose':
      // the axis that becomes the last one is read whole by each position
      return (position) =>
        shape.slice(0, -1).map((size, axis) => {
          const index = position[node.permutation.indexOf(axis)];
          return index === undefined ? whole(size) : one(index);
        });
    case 'pad':
      return (position) => position.map((i, axis) => one(i - node.padding[axis]![0]));
    case 'stridedSlice':
      return (position) => position.map((i, axis) => one(node.begin[axis]! + i * node.strides[axis]!));
    case 'concat':
      return concatFootprint(node, index, inputs);
    case 'add':
    case 'mul':
      return sameAxes(shape, output) ? undefined : broadcastFootprint(shape, output);
    default:
      return undefined;
  }
}

type WindowNode = NodeOf<'conv2d' | 'depthwiseConv2d' | 'maxPool' | 'avgPool'>;

function isPointwise({ kernel, strides, padding }: WindowNode): boolean {
  return typeof padding === 'string' && [...kernel, ...strides].every((size) => size === 1);
}

function windowFootprint(node: WindowNode, input: Shape, output: Shape): Footprint {
  const { kernel, strides, padding } = node;
  return (position) =>
    position.map((i, axis) => {
      const step = 'dilations' in node ? node.dilations[axis]! : 1;
      const reach = (kernel[axis]! - 1) * step + 1;
      const missing = Math.max(0, (output[axis]! - 1) * strides[axis]! + reach - input[axis]!);
      // 'same' as TensorFlow has it: an odd row of zeros lies below
      const before = padding === 'same' ? Math.floor(missing / 2) : padding === 'valid' ? 0 : padding[axis]![0];
      const start = i * strides[axis]! - before;
      return { start, end: start + reach, step };
    });
}

/** The operands lie side by side: a position belongs to one of them, or to all where they are joined by their last axis. */
function concatFootprint(node: NodeOf<'concat'>, index: number, inputs: readonly Operand[]): Footprint | undefined {
  const rank = inputs[0]!.shape.length;
  const joined = node.axis < 0 ? node.axis + rank : node.axis;
  if (joined === rank - 1) return undefined;
  const offset = inputs.slice(0, index).reduce((sum, { shape }) => sum + shape[joined]!, 0);
  return (position) => position.map((i, axis) => one(axis === joined ? i - offset : i));
}

/** Axes of size 1, and missing leading ones, stand for all positions of the output. */
function broadcastFootprint(input: Shape, output: Shape): Footprint {
  const missing = output.length - input.length;
  return (position) => input.slice(0, -1).map((size, axis) => one(size === 1 ? 0 : position[axis + missing]!));
}

/** The same values in another shape: a position reads those positions whose values it holds. */
function reshaped(needs: Needs, channels: number, output: Shape): Needs {
  const own = output.at(-1)!;
  return mapNeeds(needs, (counts) =>
    Array.from({ length: sizeOf(output) / own }, (_, position) => {
      const first = Math.floor((position * own) / channels);
      return largest(counts.slice(first, Math.ceil(((position + 1) * own) / channels)));
    }),
  );
}

function mapNeeds(needs: Needs, change: (counts: readonly number[]) => readonly number[]): Needs {
  return new Map([...needs].map(([id, counts]) => [id, change(counts)]));
}

/** All positions of some axes, the last axis fastest. */
function positionsOf(axes: Shape): number[][] {
  let positions: number[][] = [[]];
  for (const size of axes) {
    positions = positions.flatMap((before) => Array.from({ length: size }, (_, i) => [...before, i]));
  }
  return positions;
}

/** The greatest of the counts that ranges cover, from a given axis on; what lies outside the shape is left out. */
function mostWithin(
  counts: readonly number[],
  shape: Shape,
  ranges: readonly AxisRange[],
  axis = 0,
  position = 0,
): number {
  if (axis === ranges.length) return counts[position]!;
  const { start, end, step } = ranges[axis]!;
  const size = shape[axis]!;
  let most = 0;
  for (let i = start; i < Math.min(end, size); i += step) {
    if (i >= 0) most = Math.max(most, mostWithin(counts, shape, ranges, axis + 1, position * size + i));
  }
  return most;
}

function sameAxes(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.slice(0, -1).every((size, axis) => size === b[axis]);
}

function one(index: number): AxisRange {
  return { start: index, end: index + 1, step: 1 };
}

function whole(size: number): AxisRange {
  return { start: 0, end: size, step: 1 };
}
