import type { Genes } from '../gene-family.js';
import type { TileSize } from '../search-space.js';
import { blockTypes } from './block-types.js';
import {
  BRANCHES,
  blockStart,
  CONV_BLOCK,
  KERNEL_SIZE_0,
  MAIN_BLOCKS,
  OUT_CHANNEL_0,
  RESIDUAL_BLOCKS,
  WIDEN_FACT,
} from './genes.js';
import { layoutOf, type NetworkLayout } from './layout.js';
import { type AnalogNasDefinition, MAX_MAIN_BLOCKS } from './schema.js';
import { depthOf, tallyLayout } from './tally.js';

const blocks = Array.from({ length: MAX_MAIN_BLOCKS }, (_, j) => j + 1);

/**
 * The 22 values of AnalogNAS' published surrogates, in their order. Genes of main blocks beyond M are 0, block types
 * are A = 1 to D = 4, nothing is scaled. The kernel size of the stem is not among them.
 */
export const analogNasFeatures: readonly string[] = [
  'out_channel0',
  'M',
  ...blocks.map((j) => `R${j}`),
  ...blocks.flatMap((j) => [`convblock${j}`, `widenfact${j}`, `B${j}`]),
];

/** Writes the 22 values of {@link analogNasFeatures}. */
export function encodeAnalogNas(genes: Genes, out: Float32Array): void {
  out[0] = genes[OUT_CHANNEL_0]!;
  out[1] = genes[MAIN_BLOCKS]!;
  for (let j = 0; j < MAX_MAIN_BLOCKS; j++) {
    const start = blockStart(j);
    const at = 2 + MAX_MAIN_BLOCKS + 3 * j;
    out[2 + j] = genes[start + RESIDUAL_BLOCKS]!;
    out[at] = genes[start + CONV_BLOCK]!;
    out[at + 1] = genes[start + WIDEN_FACT]!;
    out[at + 2] = genes[start + BRANCHES]!;
  }
}

/**
 * What a surrogate trained here sees: size and shape of the whole network (amounts as base-2 logarithms), then four
 * values for each main block (0 where there is none). Rows of a matrix are the inputs one analog output adds up;
 * row blocks are the crossbars those rows are spread over, whose results are added digitally.
 */
export const extendedFeatures: readonly string[] = [
  'log2Parameters',
  'log2Macs',
  'depth',
  'log2Cores',
  'utilisation',
  'log2Positions',
  'log2CoreReads',
  'log2OutChannel0',
  'kernelSize0',
  'M',
  'residualBlocks',
  'branches',
  'meanBranches',
  'log2FinalWidth',
  'log2FinalArea',
  'log2MaxFanIn',
  'log2MeanFanIn',
  'maxRowBlocks',
  'meanRowBlocks',
  'projections',
  ...blockTypes.map((type) => `share${type.letter}`),
  ...blocks.flatMap((j) => [`R${j}`, `convBlock${j}`, `B${j}`, `log2Width${j}`]),
];

/** Writes the values of {@link extendedFeatures}. */
export function encodeExtended(genes: Genes, definition: AnalogNasDefinition, tile: TileSize, out: Float32Array): void {
  const layout = layoutOf(genes, definition);
  const tally = tallyLayout(layout, tile);
  const { parameters, macs, depth, cores, utilisation, positions, coreReads } = tally.counts(depthOf(layout));
  const residualBlocks = sum(layout, (block) => block.residualBlocks);
  const branches = sum(layout, (block) => block.residualBlocks * block.branches);
  const [height, width] = layout.mainBlocks.at(-1)!.outExtent;
  let at = 0;
  out[at++] = Math.log2(parameters);
  out[at++] = Math.log2(macs);
  out[at++] = depth;
  out[at++] = Math.log2(cores);
  out[at++] = utilisation;
  out[at++] = Math.log2(positions);
  out[at++] = Math.log2(coreReads);
  out[at++] = Math.log2(genes[OUT_CHANNEL_0]!);
  out[at++] = genes[KERNEL_SIZE_0]!;
  out[at++] = genes[MAIN_BLOCKS]!;
  out[at++] = residualBlocks;
  out[at++] = branches;
  out[at++] = branches / residualBlocks;
  out[at++] = Math.log2(layout.width);
  out[at++] = Math.log2(height * width);
  out[at++] = Math.log2(tally.maxFanIn);
  out[at++] = Math.log2(tally.fanInWeights / tally.crossbarWeights);
  out[at++] = tally.maxRowBlocks;
  out[at++] = tally.rowBlockMacs / macs;
  out[at++] = sum(layout, (block) => (block.projects ? 1 : 0));
  at = encodeTypeShares(genes, layout, branches, out, at);
  for (let j = 0; j < MAX_MAIN_BLOCKS; j++) {
    const start = blockStart(j);
    const block = layout.mainBlocks[j];
    out[at++] = genes[start + RESIDUAL_BLOCKS]!;
    out[at++] = genes[start + CONV_BLOCK]!;
    out[at++] = genes[start + BRANCHES]!;
    out[at++] = block === undefined ? 0 : Math.log2(block.to);
  }
}

/** Share of all branches that each block type has; returns the next free place in `out`. */
function encodeTypeShares(
  genes: Genes,
  layout: NetworkLayout,
  branches: number,
  out: Float32Array,
  first: number,
): number {
  out.fill(0, first, first + blockTypes.length);
  for (const [j, block] of layout.mainBlocks.entries()) {
    const at = first + genes[blockStart(j) + CONV_BLOCK]! - 1;
    out[at] = out[at]! + block.residualBlocks * block.branches;
  }
  for (let i = 0; i < blockTypes.length; i++) out[first + i] = out[first + i]! / branches;
  return first + blockTypes.length;
}

function sum(layout: NetworkLayout, value: (block: NetworkLayout['mainBlocks'][number]) => number): number {
  return layout.mainBlocks.reduce((total, block) => total + value(block), 0);
}
