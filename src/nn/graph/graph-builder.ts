import { fail, parseWith } from '../../config/index.js';
import type { Padding } from '../../crossbar/index.js';
import { inferNodeShape } from './infer-shapes.js';
import type { NetworkGraph } from './network-graph.js';
import type { Shape } from './op-definition.js';
import type { PlainActivation } from './ops/activations.js';
import { type GraphNode, opOf } from './ops/index.js';

/** A size for both axes, or [height, width]. */
export type Size = number | readonly [number, number];

interface Named {
  /** Id of the node; by default the operation's name with a running number. */
  readonly id?: string;
}

interface Window extends Named {
  /** 1 by default. */
  readonly strides?: Size;
  /** 'same' by default for convolutions, 'valid' for pooling. */
  readonly padding?: Padding;
}

/** Options of {@link Wire.conv2d}. */
export interface Conv2dOptions extends Window {
  readonly filters: number;
  readonly kernel: Size;
  readonly dilations?: Size;
  readonly groups?: number;
  /** True by default. */
  readonly bias?: boolean;
}

/** Options of {@link Wire.depthwiseConv2d}. */
export interface DepthwiseConv2dOptions extends Window {
  readonly kernel: Size;
  readonly multiplier?: number;
  readonly dilations?: Size;
  /** True by default. */
  readonly bias?: boolean;
}

/** Options of {@link Wire.maxPool} and {@link Wire.avgPool}; strides default to the kernel. */
export interface PoolOptions extends Window {
  readonly kernel: Size;
}

/**
 * Builds a network graph node by node. Shapes are checked at each step.
 *
 * @example
 * const builder = new GraphBuilder('tiny', [32, 32, 3]);
 * const stem = builder.input.conv2d({ filters: 8, kernel: 3, bias: false }).batchNorm().relu();
 * const graph = builder.build(stem.globalAvgPool().dense(10));
 */
export class GraphBuilder {
  readonly input: Wire;
  readonly #nodes: GraphNode[] = [];
  readonly #shapes = new Map<string, Shape>();
  readonly #counters = new Map<string, number>();

  /** @param inputShape shape of one sample, for example [32, 32, 3] */
  constructor(
    readonly name: string,
    inputShape: Shape,
  ) {
    this.input = this.append({ id: 'input', op: 'input', shape: inputShape }, []);
  }

  /** The finished graph with the given wire as its output. */
  build(output: Wire): NetworkGraph {
    return { name: this.name, nodes: [...this.#nodes], output: output.id };
  }

  /** Adds a node given as JSON (defaults are filled) that reads the given wires. */
  append(
    fields: { readonly op: GraphNode['op']; readonly id?: string | undefined; readonly [field: string]: unknown },
    inputs: readonly Wire[],
  ): Wire {
    const id = fields.id ?? this.#nextId(fields.op);
    const { schema } = opOf(fields as unknown as GraphNode);
    const values = { ...fields, id, inputs: inputs.map((wire) => wire.id) };
    const node = parseWith(schema, values, `network ${this.name}, node "${id}"`, 'GRAPH_INVALID');
    if (this.#shapes.has(id)) fail('GRAPH_INVALID', `Network ${this.name} has two nodes called "${id}".`);
    const shape = inferNodeShape(this.name, node, this.#shapes);
    this.#nodes.push(node);
    this.#shapes.set(id, shape);
    return new Wire(this, id, shape);
  }

  #nextId(op: string): string {
    let number = this.#counters.get(op) ?? 0;
    do number++;
    while (this.#shapes.has(`${op}${number}`));
    this.#counters.set(op, number);
    return `${op}${number}`;
  }
}

/** The output of a node under construction. Every method adds a node that reads it. */
export class Wire {
  constructor(
    readonly builder: GraphBuilder,
    /** Id of the node. */
    readonly id: string,
    /** Shape of one sample, without the batch axis. */
    readonly shape: Shape,
  ) {}

  /** Number of channels: the size of the last axis. */
  get channels(): number {
    return this.shape.at(-1)!;
  }

  /** Convolution of an image. */
  conv2d(options: Conv2dOptions): Wire {
    return this.#then({ op: 'conv2d', ...options, ...pairs(options) });
  }

  /** Convolution of each channel with filters of its own. */
  depthwiseConv2d(options: DepthwiseConv2dOptions): Wire {
    return this.#then({ op: 'depthwiseConv2d', ...options, ...pairs(options) });
  }

  /** Matrix product over the last axis, with a bias unless `bias` is false. */
  dense(units: number, options: Named & { readonly bias?: boolean } = {}): Wire {
    return this.#then({ op: 'dense', units, ...options });
  }

  /** Batch normalisation over the last axis; epsilon 1e-5 and momentum 0.9 by default. */
  batchNorm(options: Named & { readonly epsilon?: number; readonly momentum?: number } = {}): Wire {
    return this.#then({ op: 'batchNorm', ...options });
  }

  /** Any activation without parameters. */
  activation(op: PlainActivation, options: Named = {}): Wire {
    return this.#then({ op, ...options });
  }

  /** max(0, x) */
  relu(options: Named = {}): Wire {
    return this.activation('relu', options);
  }

  /** min(6, max(0, x)) */
  relu6(options: Named = {}): Wire {
    return this.activation('relu6', options);
  }

  /** Probabilities over the last axis. */
  softmax(options: Named = {}): Wire {
    return this.activation('softmax', options);
  }

  /** Sum with other wires. */
  add(others: Wire | readonly Wire[], options: Named = {}): Wire {
    return this.builder.append({ op: 'add', ...options }, [this, ...[others].flat()]);
  }

  /** Product with other wires. */
  mul(others: Wire | readonly Wire[], options: Named = {}): Wire {
    return this.builder.append({ op: 'mul', ...options }, [this, ...[others].flat()]);
  }

  /** Side by side with other wires along the last axis, or another. */
  concat(others: Wire | readonly Wire[], options: Named & { readonly axis?: number } = {}): Wire {
    return this.builder.append({ op: 'concat', ...options }, [this, ...[others].flat()]);
  }

  /** Greatest value of each window. */
  maxPool(options: PoolOptions): Wire {
    return this.#then({ op: 'maxPool', ...options, ...poolPairs(options) });
  }

  /** Mean of each window; padding does not count. */
  avgPool(options: PoolOptions): Wire {
    return this.#then({ op: 'avgPool', ...options, ...poolPairs(options) });
  }

  /** Mean of each channel: [h, w, c] becomes [c]. */
  globalAvgPool(options: Named = {}): Wire {
    return this.#then({ op: 'globalAvgPool', ...options });
  }

  /** All values on one axis. */
  flatten(options: Named = {}): Wire {
    return this.#then({ op: 'flatten', ...options });
  }

  /** In training, zeroes a share `rate` of the values. */
  dropout(rate: number, options: Named = {}): Wire {
    return this.#then({ op: 'dropout', rate, ...options });
  }

  /** Zeros around the sample: [before, after] for each axis without the batch axis. */
  pad(padding: readonly (readonly [number, number])[], options: Named = {}): Wire {
    return this.#then({ op: 'pad', padding, ...options });
  }

  /** Every `stride`-th row and column of an image, from the first. */
  subsample(stride: number, options: Named = {}): Wire {
    const begin = this.shape.map(() => 0);
    return this.#then({ op: 'stridedSlice', begin, end: this.shape, strides: [stride, stride, 1], ...options });
  }

  #then(fields: Parameters<GraphBuilder['append']>[0]): Wire {
    return this.builder.append(fields, [this]);
  }
}

function pair(size: Size): readonly [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}

function pairs({ kernel, strides = 1, dilations = 1 }: { kernel: Size; strides?: Size; dilations?: Size }) {
  return { kernel: pair(kernel), strides: pair(strides), dilations: pair(dilations) };
}

function poolPairs({ kernel, strides = kernel }: PoolOptions) {
  return { kernel: pair(kernel), strides: pair(strides) };
}
