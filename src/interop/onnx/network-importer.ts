import type { GraphBuilder, GraphNode, WeightValues, Wire } from '../../nn/index.js';
import type { OnnxNode } from './onnx-node.js';
import { type Activation, type Axis, type Constant, permute, type Size, type Value } from './values.js';

/** Turns the nodes of an ONNX graph into nodes of ours, one after another. */
export class NetworkImporter {
  readonly weights: Record<string, WeightValues> = {};
  readonly #values = new Map<string, Value>();
  readonly #ids = new Map<string, number>([['input', 1]]);
  readonly #done = new Set<OnnxNode>();

  constructor(
    readonly builder: GraphBuilder,
    readonly opset: number,
    readonly nodes: readonly OnnxNode[],
    /** Names of the graph's outputs. */
    readonly outputs: ReadonlySet<string>,
  ) {}

  define(name: string, value: Value): void {
    if (name !== '') this.#values.set(name, value);
  }

  value(name: string): Value | undefined {
    return this.#values.get(name);
  }

  /** Value of a node's input; undefined where it is left out. */
  optional(node: OnnxNode, index: number): Value | undefined {
    const name = node.inputs[index] ?? '';
    if (name === '') return undefined;
    return this.value(name) ?? node.refuse(`its input "${name}" is not the output of a node before it`);
  }

  input(node: OnnxNode, index: number): Value {
    return this.optional(node, index) ?? node.refuse(`input ${index} is missing`);
  }

  activation(node: OnnxNode, index = 0): Activation {
    const value = this.input(node, index);
    if (value.kind !== 'activation') node.refuse(`input ${index} must depend on the network's input`);
    return value as Activation;
  }

  /** A fixed input; undefined where it is left out. Refuses one that depends on the network's input. */
  constant(node: OnnxNode, index: number): Constant | undefined {
    const value = this.optional(node, index);
    switch (value?.kind) {
      case undefined:
        return undefined;
      case 'constant':
        return value;
      case 'ints':
        return { kind: 'constant', shape: value.shape, data: Float32Array.from(this.#known(node, value.values)) };
      default:
        return node.refuse(`input ${index} must be a constant`);
    }
  }

  /** A fixed input of whole numbers; undefined where it is left out. */
  ints(node: OnnxNode, index: number): readonly number[] | undefined {
    const value = this.optional(node, index);
    if (value === undefined) return undefined;
    if (value.kind === 'constant') return [...value.data];
    if (value.kind !== 'ints') return node.refuse(`input ${index} must be a constant`);
    return this.#known(node, value.values);
  }

  /** Adds a node to our graph. Its id is made of the ONNX node's name. */
  append(
    node: OnnxNode,
    fields: { readonly op: GraphNode['op']; readonly [field: string]: unknown },
    inputs: readonly Wire[],
    weights: Readonly<Record<string, WeightValues>> = {},
  ): Wire {
    const id = this.#freshId(node.name);
    for (const [name, { shape, data }] of Object.entries(weights)) this.weights[`${id}/${name}`] = { shape, data };
    return this.builder.append({ ...fields, id }, inputs);
  }

  /** Adds a fixed tensor to our graph, with the axes of a sample in our order. */
  appendConstant(node: OnnxNode, value: WeightValues): Wire {
    return this.append(node, { op: 'constant', shape: value.shape }, [], { value });
  }

  /** The only node that reads a value; undefined where there are more, or where it is an output of the graph. */
  onlyReader(name: string): OnnxNode | undefined {
    const readers = this.nodes.filter(({ inputs }) => inputs.includes(name));
    return readers.length === 1 && !this.outputs.has(name) ? readers[0] : undefined;
  }

  /** Marks a node as taken care of. */
  skip(node: OnnxNode): void {
    this.#done.add(node);
  }

  skips(node: OnnxNode): boolean {
    return this.#done.has(node);
  }

  /**
   * An activation with its axes in a given order, as far as possible without moving data: `order` lists axes of the ONNX
   * value, all but the batch, and new axes of size 1.
   */
  arrange(node: OnnxNode, { wire, axes }: Activation, order: readonly (number | 'one')[]): Wire {
    const ours = order.map((axis) => (axis === 'one' ? 'one' : axes[axis]!));
    const used = ours.filter((axis): axis is number => typeof axis === 'number');
    const shape = ours.map((axis) => (typeof axis === 'number' ? wire.shape[axis]! : 1));
    const moves = used.filter((axis) => wire.shape[axis]! > 1);
    const inOrder = moves.every((axis, i) => i === 0 || axis > moves[i - 1]!);
    if (inOrder) return this.#reshaped(node, wire, shape);
    const unused = wire.shape.map((_, axis) => axis).filter((axis) => !used.includes(axis));
    const permutation = [...used, ...unused];
    return this.#reshaped(node, this.append(node, { op: 'transpose', permutation }, [wire]), shape);
  }

  #reshaped(node: OnnxNode, wire: Wire, shape: readonly number[]): Wire {
    const same = shape.length === wire.shape.length && shape.every((size, axis) => size === wire.shape[axis]);
    return same ? wire : this.append(node, { op: 'reshape', shape }, [wire]);
  }

  #freshId(name: string): string {
    const base = name.replace(/^\/+/, '') || 'node';
    const number = (this.#ids.get(base) ?? 0) + 1;
    this.#ids.set(base, number);
    return number === 1 ? base : `${base}~${number}`;
  }

  #known(node: OnnxNode, values: readonly Size[]): number[] {
    return values.map((value) => (value === 'batch' ? node.refuse('a value depends on the batch size') : value));
  }
}

/** Sizes of the axes of an ONNX value. */
export function sizes({ wire, axes }: Activation): Size[] {
  return axes.map((axis) => (axis === 'batch' ? 'batch' : axis === 'one' ? 1 : wire.shape[axis]!));
}

/** Axis counted from 0. Refuses the node where there is none of that number. */
export function resolveAxis(node: OnnxNode, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  node.require(resolved >= 0 && resolved < rank, `axis ${axis} does not exist in a value of ${rank} axes`);
  return resolved;
}

/** Axes of an activation whose channels are its second axis, as an image: [height, width, channels]. */
export function asImage(importer: NetworkImporter, node: OnnxNode, value: Activation): Wire {
  const rank = value.axes.length;
  node.require(value.axes[0] === 'batch', 'the batch must be its first axis');
  node.require(rank === 3 || rank === 4, `only images and sequences are supported, got ${rank} axes`);
  return importer.arrange(node, value, rank === 4 ? [2, 3, 1] : [2, 'one', 1]);
}

/** The ONNX value of an image made by {@link asImage}, of the same number of axes. */
export function fromImage(wire: Wire, rank: number): Activation {
  const axes: Axis[] = rank === 4 ? ['batch', 2, 0, 1] : ['batch', 2, 0];
  return { kind: 'activation', wire, axes };
}

/** A constant laid out like an activation, so that the two can be combined with ONNX' broadcasting. */
export function alignConstant(node: OnnxNode, constant: Constant, { wire, axes }: Activation): Constant {
  const missing = axes.length - constant.shape.length;
  node.require(missing >= 0, 'a constant with more axes than the activation is not supported');
  const sizeAt = (onnxAxis: number) => constant.shape[onnxAxis - missing] ?? 1;
  for (const [onnxAxis, axis] of axes.entries()) {
    node.require(
      typeof axis === 'number' || sizeAt(onnxAxis) === 1,
      'a constant that varies along the batch or a new axis is not supported',
    );
  }
  const order = wire.shape.map((_, ours) => {
    const onnxAxis = axes.indexOf(ours);
    return onnxAxis < missing ? 'one' : onnxAxis - missing;
  });
  return permute(constant, order);
}
