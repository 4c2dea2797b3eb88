import type { ArchitectureCounts, TileSize } from './search-space.js';

/** Adds up the matrix layers of a network, in closed form: a layer that occurs `times` times is added once. */
export class Tally {
  parameters = 0;
  macs = 0;
  cores = 0;
  crossbarWeights = 0;
  positions = 0;
  coreReads = 0;
  /** Most rows of any weight matrix: inputs that one output adds up. */
  maxFanIn = 0;
  /** Most crossbars that the rows of one weight matrix are spread over. */
  maxRowBlocks = 0;
  /** Sum of rows over the weights, and of row blocks over the MACs: divide by weights or MACs for the means. */
  fanInWeights = 0;
  rowBlockMacs = 0;

  /** Forgets all layers. */
  reset(): void {
    this.parameters = 0;
    this.macs = 0;
    this.cores = 0;
    this.crossbarWeights = 0;
    this.positions = 0;
    this.coreReads = 0;
    this.maxFanIn = 0;
    this.maxRowBlocks = 0;
    this.fanInWeights = 0;
    this.rowBlockMacs = 0;
  }

  constructor(private readonly tile: TileSize) {}

  /** A convolution without bias and the batch norm after it; `positions` is its output height times width. */
  conv(kernel: number, from: number, to: number, positions: number, times = 1): void {
    this.norm(times * to);
    this.matrix(kernel * kernel * from, to, positions, times);
  }

  /** A convolution without bias and without batch norm. */
  plainConv(kernel: number, from: number, to: number, positions: number): void {
    this.matrix(kernel * kernel * from, to, positions, 1);
  }

  /** A batch norm: gamma, beta, mean and variance of each channel. */
  norm(channels: number): void {
    this.parameters += 4 * channels;
  }

  /** A dense layer with bias. */
  dense(from: number, to: number): void {
    this.parameters += to;
    this.matrix(from, to, 1, 1);
  }

  private matrix(rows: number, cols: number, positions: number, times: number): void {
    const rowBlocks = Math.ceil(rows / this.tile.rows);
    const tiles = rowBlocks * Math.ceil(cols / this.tile.cols);
    const weights = times * rows * cols;
    this.parameters += weights;
    this.crossbarWeights += weights;
    this.macs += weights * positions;
    this.cores += times * tiles;
    this.positions += times * positions;
    this.coreReads += times * tiles * positions;
    if (rows > this.maxFanIn) this.maxFanIn = rows;
    if (rowBlocks > this.maxRowBlocks) this.maxRowBlocks = rowBlocks;
    this.fanInWeights += rows * weights;
    this.rowBlockMacs += rowBlocks * weights * positions;
  }

  /** The counts, for a network of that many matrix layers on its longest path. */
  counts(depth: number): ArchitectureCounts {
    const { parameters, macs, cores, crossbarWeights, positions, coreReads } = this;
    const utilisation = cores === 0 ? 0 : crossbarWeights / (cores * this.tile.rows * this.tile.cols);
    return { parameters, macs, depth, cores, crossbarWeights, utilisation, positions, coreReads };
  }
}
