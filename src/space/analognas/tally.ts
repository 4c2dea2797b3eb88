import type { TileSize } from '../search-space.js';
import { Tally } from '../tally.js';
import type { BranchConv } from './block-types.js';
import type { Extent, MainBlock, NetworkLayout } from './layout.js';

/** Adds up all layers of a network from its dimensions alone. */
export function tallyLayout(layout: NetworkLayout, tile: TileSize): Tally {
  const tally = new Tally(tile);
  tally.conv(layout.stem.kernel, layout.inChannels, layout.stem.to, area(layout.stem.extent));
  for (const block of layout.mainBlocks) tallyMainBlock(tally, block);
  tally.dense(layout.width, layout.classes);
  return tally;
}

/** Matrix layers on the longest path: stem, the convolutions of one branch per residual block, classifier. */
export function depthOf(layout: NetworkLayout): number {
  return layout.mainBlocks.reduce((depth, block) => depth + block.residualBlocks * block.otherConvs.length, 2);
}

function tallyMainBlock(tally: Tally, block: MainBlock): void {
  tallyBranch(tally, block.firstConvs, block.inExtent, block.outExtent, block.branches);
  if (block.projects) tally.conv(1, block.from, block.to, area(block.outExtent));
  const others = (block.residualBlocks - 1) * block.branches;
  if (others > 0) tallyBranch(tally, block.otherConvs, block.outExtent, block.outExtent, others);
}

function tallyBranch(tally: Tally, convs: readonly BranchConv[], from: Extent, to: Extent, times: number): void {
  let extent = from;
  for (const conv of convs) {
    if (conv.strided) extent = to;
    tally.conv(conv.kernel, conv.from, conv.to, area(extent), times);
  }
}

function area([height, width]: Extent): number {
  return height * width;
}
