import type { Surveyor } from '../gene-family.js';
import type { TileSize } from '../search-space.js';
import { Tally } from '../tally.js';
import { blockTypes } from './block-types.js';
import { extendedFeatures } from './encode.js';
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
import type { AnalogNasDefinition } from './schema.js';

/** Convolutions of one branch, by the code of its block type. */
const depthOfType = [0, ...blockTypes.map((type) => type.convs(8, 8).length)];

/**
 * The extended encoding and the counts of `encode.ts` and `tally.ts`, in one pass that makes no object: about fifteen times
 * as fast as they are, which define what it computes. A test holds them together.
 */
export function analogNasSurveyor(definition: AnalogNasDefinition, tile: TileSize): Surveyor {
  const [inHeight, inWidth, inChannels] = definition.task.inputShape;
  const { classes } = definition.task;
  const { stemStride, strides } = definition;
  const tally = new Tally(tile);
  const sharesAt = extendedFeatures.indexOf(`share${blockTypes[0]!.letter}`);
  const blocksAt = extendedFeatures.indexOf('R1');
  return (genes, at, features, to, counts) => {
    tally.reset();
    const mainBlocks = genes[at + MAIN_BLOCKS]!;
    let height = Math.ceil(inHeight / stemStride);
    let width = Math.ceil(inWidth / stemStride);
    let channels = genes[at + OUT_CHANNEL_0]!;
    let [depth, residualBlocks, branches, projections] = [2, 0, 0, 0];
    features.fill(0, to + sharesAt, to + extendedFeatures.length);
    tally.conv(genes[at + KERNEL_SIZE_0]!, inChannels, channels, height * width);
    for (let j = 0; j < mainBlocks; j++) {
      const start = at + blockStart(j);
      const repeats = genes[start + RESIDUAL_BLOCKS]!;
      const type = genes[start + CONV_BLOCK]!;
      const parallel = genes[start + BRANCHES]!;
      const widened = channels * genes[start + WIDEN_FACT]!;
      const stride = strides[j]!;
      const before = height * width;
      height = Math.ceil(height / stride);
      width = Math.ceil(width / stride);
      const after = height * width;
      tallyBranch(tally, type, channels, widened, before, after, parallel);
      if (stride !== 1 || channels !== widened) {
        tally.conv(1, channels, widened, after);
        projections++;
      }
      if (repeats > 1) tallyBranch(tally, type, widened, widened, after, after, (repeats - 1) * parallel);
      channels = widened;
      depth += repeats * depthOfType[type]!;
      residualBlocks += repeats;
      branches += repeats * parallel;
      const share = to + sharesAt + type - 1;
      // shares are divided once all branches are known
      features[share] = features[share]! + repeats * parallel;
      const block = to + blocksAt + 4 * j;
      features[block] = repeats;
      features[block + 1] = type;
      features[block + 2] = parallel;
      features[block + 3] = Math.log2(widened);
    }
    tally.dense(channels, classes);
    for (let i = 0; i < blockTypes.length; i++) features[to + sharesAt + i] = features[to + sharesAt + i]! / branches;
    features[to] = Math.log2(tally.parameters);
    features[to + 1] = Math.log2(tally.macs);
    features[to + 2] = depth;
    features[to + 3] = Math.log2(tally.cores);
    features[to + 4] = tally.crossbarWeights / (tally.cores * tile.rows * tile.cols);
    features[to + 5] = Math.log2(tally.positions);
    features[to + 6] = Math.log2(tally.coreReads);
    features[to + 7] = Math.log2(genes[at + OUT_CHANNEL_0]!);
    features[to + 8] = genes[at + KERNEL_SIZE_0]!;
    features[to + 9] = mainBlocks;
    features[to + 10] = residualBlocks;
    features[to + 11] = branches;
    features[to + 12] = branches / residualBlocks;
    features[to + 13] = Math.log2(channels);
    features[to + 14] = Math.log2(height * width);
    features[to + 15] = Math.log2(tally.maxFanIn);
    features[to + 16] = Math.log2(tally.fanInWeights / tally.crossbarWeights);
    features[to + 17] = tally.maxRowBlocks;
    features[to + 18] = tally.rowBlockMacs / tally.macs;
    features[to + 19] = projections;
    counts.parameters = tally.parameters;
    counts.macs = tally.macs;
    counts.cores = tally.cores;
  };
}

/** What the block types of `block-types.ts` add, written out. */
function tallyBranch(
  tally: Tally,
  type: number,
  from: number,
  to: number,
  before: number,
  after: number,
  times: number,
): void {
  switch (type) {
    case 1:
      tally.conv(3, from, to, after, times);
      tally.conv(3, to, to, after, times);
      return;
    case 2: {
      const middle = Math.max(4, Math.ceil(to / 4));
      tally.conv(1, from, middle, before, times);
      tally.conv(3, middle, middle, after, times);
      tally.conv(1, middle, to, after, times);
      return;
    }
    case 3:
      tally.conv(3, from, 2 * to, after, times);
      tally.conv(1, 2 * to, to, after, times);
      return;
    default:
      tally.conv(5, from, to, after, times);
  }
}
