import type { Chip } from './description.js';

/** The first index and the index after the last one. */
export type Range = readonly [start: number, end: number];

/** A layer whose results another one waits for. */
export interface Source {
  /** Name of the layer that gives the results; a layer that feeds itself back (an LSTM's state) names itself. */
  readonly from: string;
  /**
   * For each vector of the layer that waits: how many of the source's vectors of the same inference, counted from its
   * first, must be complete before it can start.
   */
  readonly needs: readonly number[];
}

/** A matrix of the network that is to be mapped, with the work it does in one inference. */
export interface MatrixLayer {
  /** Name of the graph's node (and of the matrix, where a node has several). */
  readonly id: string;
  /** Operation of the node. */
  readonly op: string;
  /** Rows of the matrix: values of one input vector. */
  readonly rows: number;
  /** Columns of the matrix: values of one output vector. */
  readonly cols: number;
  /**
   * Groups of equally many rows and columns that follow each other; there are no weights between one group's rows and
   * another's columns. 1 for a dense matrix.
   */
  readonly groups: number;
  /** Input vectors of one inference: output height x output width of a convolution, 1 for a dense layer. */
  readonly positions: number;
  /** Weights, zeros of a one-hot block not counted. */
  readonly weights: number;
  /** Multiply-adds of one inference, zeros of a one-hot block not counted. */
  readonly macs: number;
  /**
   * The layers (matrices) whose results this one waits for; those that the others wait for anyway are left out. Counted when
   * first asked for.
   */
  readonly sources: () => readonly Source[];
  /** Values that are sent to this layer in one inference: its input, and what is added to or joined with its result. */
  readonly reads: readonly { readonly from: string; readonly values: number }[];
  /** True for a layer that is computed by the digital units and occupies no core. */
  readonly digital: boolean;
}

/** A layer together with how it was cut and copied. */
export interface MappedLayer extends MatrixLayer {
  /** Where the rows are cut, from 0 to `rows`; empty for a digital layer. */
  readonly rowCuts: readonly number[];
  /** Where the columns are cut, from 0 to `cols`; empty for a digital layer. */
  readonly colCuts: readonly number[];
  /** The rectangles between the cuts that hold weights, from top to bottom; none for a digital layer. */
  readonly parts: readonly Part[];
  /** Copies of the whole layer on the chip; they share its positions. */
  readonly copies: number;
}

/** A rectangle of a matrix that fits a core. */
export interface Part {
  readonly rowRange: Range;
  readonly colRange: Range;
}

/** A rectangle of a layer's matrix that lies in one core. */
export interface Block extends Part {
  readonly layer: string;
  /** Which copy of the layer, from 0. */
  readonly copy: number;
  /**
   * Number of the core, from 0. The cores of a second chip follow those of the first, those of a second round follow the
   * last chip; numbers beyond lie outside the hardware that was asked for.
   */
  readonly core: number;
  /** Row and column of the core at which the block's first weight lies. */
  readonly cell: readonly [row: number, column: number];
}

/** Where the blocks go: see the files in `placement/`. */
export type PlacementPolicy = 'onePerCore' | 'packed' | 'balanced';

/**
 * What becomes of a depthwise convolution:
 * - `dense`: a block of kernel area x channels rows and channels columns, zero off its diagonal (what a crossbar can do);
 * - `compact`: a block of kernel area rows, a lower bound that no single crossbar can reach, since its columns would need
 *   different inputs;
 * - `digital`: computed by the global digital units.
 */
export type DepthwiseRule = 'dense' | 'compact' | 'digital';

/** How much hardware a network may take beyond one chip that is written once; both only when asked for. */
export interface Capacity {
  /** Chips of this kind side by side, joined by their chip links. */
  readonly chips: number;
  /** Whether the chips may be written again in the middle of an inference, round after round. */
  readonly reprogram: boolean;
}

/** A network on a chip: every weight has its cell. */
export interface Mapping extends Capacity {
  readonly network: string;
  readonly chip: Chip;
  readonly placement: PlacementPolicy;
  readonly layers: readonly MappedLayer[];
  readonly blocks: readonly Block[];
  /** Cores that hold at least one block; a core that is written in several rounds counts once in each. */
  readonly cores: number;
  /** Weights (of all copies) over the cells of the used cores, 0..1. */
  readonly utilisation: number;
  /** Whether the hardware that was asked for has that many cores. */
  readonly fits: boolean;
  /** Times that the chips are written in one inference: 1 unless reprogramming was asked for and is needed. */
  readonly rounds: number;
}

/** Whether each vector of a layer waits for the one before it, as a recurrent matrix does: copies could not share them. */
export function isSerial({ id, reads }: MatrixLayer): boolean {
  return reads.some(({ from }) => from === id);
}

/** Cores of all chips that a mapping may use at the same time. */
export function capacityOf({ chip, chips }: Pick<Mapping, 'chip' | 'chips'>): number {
  return chip.cores.value * chips;
}

/** The round in which a core is used, from 0. Numbers beyond the hardware belong to the only round. */
export function roundOf(mapping: Pick<Mapping, 'chip' | 'chips' | 'rounds'>, core: number): number {
  return mapping.rounds === 1 ? 0 : Math.floor(core / capacityOf(mapping));
}
