import type { Genes } from '../gene-family.js';
import { type BranchConv, blockType } from './block-types.js';
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

/** Height and width of a feature map. */
export type Extent = readonly [number, number];

/** One main block of an architecture: `residualBlocks` blocks, of which only the first changes the shape. */
export interface MainBlock {
  readonly residualBlocks: number;
  readonly branches: number;
  /** Channels in and out. */
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  readonly inExtent: Extent;
  readonly outExtent: Extent;
  /** Convolutions of each branch of the first residual block, and of the others. */
  readonly firstConvs: readonly BranchConv[];
  readonly otherConvs: readonly BranchConv[];
  /** Whether the first residual block needs a 1x1 convolution on its shortcut. */
  readonly projects: boolean;
}

/** The dimensions of a network, from which both its graph and its counts follow. */
export interface NetworkLayout {
  readonly inChannels: number;
  readonly stem: { readonly kernel: number; readonly to: number; readonly stride: number; readonly extent: Extent };
  readonly mainBlocks: readonly MainBlock[];
  /** Channels that the global average pooling hands to the classifier. */
  readonly width: number;
  readonly classes: number;
}

/** Widths, strides and feature map sizes of an architecture. The width of main block j is that of j-1 times its WF. */
export function layoutOf(genes: Genes, definition: AnalogNasDefinition): NetworkLayout {
  const [height, width, inChannels] = definition.task.inputShape;
  const stem = {
    kernel: genes[KERNEL_SIZE_0]!,
    to: genes[OUT_CHANNEL_0]!,
    stride: definition.stemStride,
    extent: strided([height, width], definition.stemStride),
  };
  const mainBlocks: MainBlock[] = [];
  let from = stem.to;
  let inExtent = stem.extent;
  for (let j = 0; j < genes[MAIN_BLOCKS]!; j++) {
    const start = blockStart(j);
    const type = blockType(genes[start + CONV_BLOCK]!);
    const to = from * genes[start + WIDEN_FACT]!;
    const stride = definition.strides[j]!;
    const outExtent = strided(inExtent, stride);
    mainBlocks.push({
      residualBlocks: genes[start + RESIDUAL_BLOCKS]!,
      branches: genes[start + BRANCHES]!,
      from,
      to,
      stride,
      inExtent,
      outExtent,
      firstConvs: type.convs(from, to),
      otherConvs: type.convs(to, to),
      projects: stride !== 1 || from !== to,
    });
    from = to;
    inExtent = outExtent;
  }
  return { inChannels, stem, mainBlocks, width: from, classes: definition.task.classes };
}

/** 'same' padding: every stride-th position, the last one included. */
function strided([height, width]: Extent, stride: number): Extent {
  return [Math.ceil(height / stride), Math.ceil(width / stride)];
}
