import type { NetworkGraph } from '../nn/index.js';
import type { Rng } from '../tensor/index.js';

/**
 * One point of a search space: plain JSON. The genes that `params` names depend on the space; a gene that other genes
 * switch off (a main block beyond M) is absent.
 */
export interface Architecture {
  /** The space it belongs to: its name, or the path of its file. */
  readonly space: string;
  /** Value of each active gene. */
  readonly params: Readonly<Record<string, number>>;
}

/** The classification task that a space builds networks for. */
export interface SpaceTask {
  /** Height, width and channels of one input. */
  readonly inputShape: readonly [number, number, number];
  /** Number of classes. */
  readonly classes: number;
}

/** Upper bounds that every architecture handed out must meet; an absent key means no bound. */
export interface SpaceLimits {
  /** Trainable weights and batch-norm statistics. */
  readonly params?: number | undefined;
  /** Multiply-accumulates for one input. */
  readonly macs?: number | undefined;
  /** Crossbars of {@link TileSize}, one block per crossbar, one copy of each layer. */
  readonly cores?: number | undefined;
}

/** Rows and columns of one crossbar. */
export interface TileSize {
  readonly rows: number;
  readonly cols: number;
}

/** What an architecture costs, in closed form: equal to counting its network graph, without building it. */
export interface ArchitectureCounts {
  /** Weights, biases and the four numbers that batch norm keeps per channel. */
  readonly parameters: number;
  /** Multiply-accumulates of the matrix layers for one input. */
  readonly macs: number;
  /** Matrix layers on the longest path from input to output. */
  readonly depth: number;
  /** Crossbars needed when each block of each weight matrix has its own. */
  readonly cores: number;
  /** Weights that lie on crossbars. */
  readonly crossbarWeights: number;
  /** Share of the cells of those crossbars that hold a weight, 0..1. */
  readonly utilisation: number;
  /** Matrix-vector products for one input: output positions summed over the layers. */
  readonly positions: number;
  /** Crossbar reads for one input: positions times crossbars, summed over the layers. */
  readonly coreReads: number;
}

/** Many architectures, encoded and checked: what a surrogate needs to rank them. */
export interface Survey {
  readonly count: number;
  /** Extended encodings, row after row. */
  readonly features: Float32Array;
  readonly parameters: Float64Array;
  readonly macs: Float64Array;
  readonly cores: Float64Array;
  /** 1 where the limits of the space are met. */
  readonly within: Uint8Array;
}

/** The two encodings of an architecture as numbers. */
export type EncodingKind = 'base' | 'extended';

/** A gene, for whoever looks at architectures from outside: exports, importance. */
export interface Gene {
  readonly name: string;
  /** Accepted values, ascending. */
  readonly values: readonly number[];
  /** One label per value where the values are names of things without an order; null where they are amounts. */
  readonly labels: readonly string[] | null;
}

/** What a mutation changes: how deep, how wide, or something else. */
export type MutationKind = 'depth' | 'width' | 'other';

/**
 * What becomes of a hypercube's point beyond the limits: its architecture is shrunk until it meets them, which keeps what
 * it can of the point, or replaced by a uniform draw within them. Where limits leave little of a space, shrinking crowds
 * the sample at its small end.
 */
export type HypercubeRepair = 'shrink' | 'redraw';

/** Architectures of a Latin hypercube, with the share of them that lay beyond the limits and had to be repaired. */
export interface HypercubeSample {
  readonly architectures: Architecture[];
  /** 0..1. */
  readonly repairedShare: number;
}

/**
 * A generator of architectures. Everything it hands out is valid and within {@link SearchSpace.limits}; all chance
 * comes from the stream passed in.
 */
export interface SearchSpace {
  readonly name: string;
  readonly task: SpaceTask;
  readonly limits: SpaceLimits;
  /** Crossbar size that `cores` is counted with. */
  readonly tile: TileSize;
  /** Names of all genes, active or not, in the space's order. */
  readonly geneNames: readonly string[];
  /** All genes, active or not, in the space's order. */
  readonly genes: readonly Gene[];
  /** What a file must hold to describe this space with the limits it came with; absent for a space of the package. */
  readonly definition?: unknown;

  /** The same space under other limits; keys that are not named stay. */
  withLimits(limits: SpaceLimits): SearchSpace;
  /**
   * An architecture whose genes are uniform and independent, by rejection within the limits.
   * @throws LIMITS_UNREACHABLE when no architecture meets the limits
   */
  sample(rng: Rng): Architecture;
  /** As `sample`, but the limits are ignored. */
  sampleUnlimited(rng: Rng): Architecture;
  /** `n` architectures of a Latin hypercube over the genes; those beyond the limits are repaired, by default shrunk. */
  sampleLatinHypercube(n: number, rng: Rng, repair?: HypercubeRepair): HypercubeSample;
  /** An architecture near `a` and different from it. `kind` restricts what changes where such a change exists. */
  mutate(a: Architecture, rng: Rng, kind?: MutationKind): Architecture;
  /** Every architecture that one mutation can reach from `a`, the limits ignored. */
  neighbours(a: Architecture): Architecture[];
  /** A child whose genes come from `a` or `b`. */
  crossover(a: Architecture, b: Architecture, rng: Rng): Architecture;
  /** @throws ARCHITECTURE_INVALID naming the gene, when `a` is no point of this space. The limits are not checked. */
  validate(a: Architecture): void;
  /** Whether `a` meets the limits. */
  withinLimits(a: Architecture): boolean;
  /**
   * `a` with the name of its space, its genes in the space's order and inactive genes left out: equal architectures,
   * equal JSON.
   */
  canonical(a: Architecture): Architecture;
  /** 16 hexadecimal digits, equal for equal architectures. */
  hash(a: Architecture): string;
  /** The plain encoding; for the AnalogNAS family its 22 values. */
  encode(a: Architecture): Float32Array;
  /** The encoding with counts and shape features, for surrogates trained here. */
  encodeExtended(a: Architecture): Float32Array;
  /** One name per value of an encoding. */
  featureNames(kind: EncodingKind): readonly string[];
  /** The network, ending in logits. */
  build(a: Architecture): NetworkGraph;
  /** Number of distinct architectures, the limits ignored. */
  size(): bigint;
  counts(a: Architecture): ArchitectureCounts;
  /**
   * The architecture that comes nearest to a published network, by its name among `baselineNames`; undefined where
   * nothing in the space is like it. The limits are not checked.
   */
  expressBaseline(name: string): Architecture | undefined;
  /**
   * Name of the place in a supernet that a node's weights come from: architectures share weights where it is equal. The
   * node's own id where it is absent.
   */
  weightPosition?(a: Architecture, node: string): string;
}
