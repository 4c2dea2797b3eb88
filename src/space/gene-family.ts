import type { NetworkGraph } from '../nn/index.js';
import type { Rng } from '../tensor/index.js';
import type { ArchitectureCounts, MutationKind, SpaceTask, TileSize } from './search-space.js';

/** An architecture as one integer per gene, in the family's order; inactive genes are 0. */
export type Genes = Int32Array;

/** The counts that limits bound. */
export interface LimitedCounts {
  parameters: number;
  macs: number;
  cores: number;
}

/**
 * Reads the genes that begin at `at`, writes the extended features from `to` on, and the counts. It keeps scratch memory and
 * makes no objects.
 */
export type Surveyor = (
  genes: Int32Array,
  at: number,
  features: Float32Array,
  to: number,
  counts: LimitedCounts,
) => void;

/**
 * What distinguishes one kind of search space from another; {@link GeneSpace} adds what all spaces share (limits,
 * rejection, repair, validation, hashing). Limits are none of a family's business.
 */
export interface GeneFamily {
  readonly task: SpaceTask;
  /** Names of the genes, the keys of an architecture's `params`. */
  readonly geneNames: readonly string[];
  /** Accepted values of each gene, ascending, none of them 0 where the gene can be inactive. */
  readonly geneValues: readonly (readonly number[])[];
  /** For each gene one label per value where its values have no order, null where they are amounts. */
  readonly geneLabels: readonly (readonly string[] | null)[];
  readonly baseFeatures: readonly string[];
  readonly extendedFeatures: readonly string[];

  /** Whether the other genes leave gene `index` in use. */
  isActive(genes: Genes, index: number): boolean;
  /** A copy changed by one random mutation of that kind, or undefined where that kind has nothing to change. */
  drawMutation(genes: Genes, kind: MutationKind, rng: Rng): Genes | undefined;
  /** Every result that `drawMutation` can have, over all kinds. */
  neighbours(genes: Genes): Genes[];
  /** Shrinks one gene in place; false where nothing can shrink further. */
  shrink(genes: Genes, rng: Rng): boolean;
  size(): bigint;
  counts(genes: Genes, tile: TileSize): ArchitectureCounts;
  encode(genes: Genes, out: Float32Array): void;
  encodeExtended(genes: Genes, tile: TileSize, out: Float32Array): void;
  /** What `encodeExtended` and `counts` say, for many architectures in a row. */
  surveyor(tile: TileSize): Surveyor;
  build(genes: Genes, name: string): NetworkGraph;
  /** The genes that come nearest to a baseline, all of them accepted values; undefined where nothing is like it. */
  expressBaseline(name: string): Genes | undefined;
  /** See `SearchSpace.weightPosition`: tells apart layers of equal id that do different work. */
  weightPosition(genes: Genes, node: string): string;
}
