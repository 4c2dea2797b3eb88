import type { Genes } from '../gene-family.js';
import { blockType } from './block-types.js';
import { type AnalogNasDefinition, MAX_MAIN_BLOCKS } from './schema.js';

/** Positions of the genes: three for the network, then four for each main block. */
export const OUT_CHANNEL_0 = 0;
export const KERNEL_SIZE_0 = 1;
export const MAIN_BLOCKS = 2;
const FIRST_BLOCK = 3;

/** Offsets of a main block's genes from {@link blockStart}. */
export const RESIDUAL_BLOCKS = 0;
export const CONV_BLOCK = 1;
export const WIDEN_FACT = 2;
export const BRANCHES = 3;
export const GENES_PER_BLOCK = 4;

/** Index of the first gene of main block `j`, counted from 0. */
export function blockStart(j: number): number {
  return FIRST_BLOCK + j * GENES_PER_BLOCK;
}

const blocks = Array.from({ length: MAX_MAIN_BLOCKS }, (_, j) => j + 1);

/** Names of the genes, in order: the keys of an architecture's `params`. */
export const analogNasGeneNames: readonly string[] = [
  'outChannel0',
  'kernelSize0',
  'M',
  ...blocks.flatMap((j) => [`R${j}`, `convBlock${j}`, `widenFact${j}`, `B${j}`]),
];

/** Accepted values of each gene, in the order of {@link analogNasGeneNames}. */
export function analogNasGeneValues({ genes }: AnalogNasDefinition): readonly (readonly number[])[] {
  const ofBlock = [genes.R, genes.convBlock, genes.widenFact, genes.B];
  return [genes.outChannel0, genes.kernelSize0, genes.M, ...blocks.flatMap(() => ofBlock)];
}

/** Names of the block types for the `convBlock` genes, null for the others, which are amounts. */
export function analogNasGeneLabels(values: readonly (readonly number[])[]): (readonly string[] | null)[] {
  const isBlockType = (index: number) => index >= FIRST_BLOCK && (index - FIRST_BLOCK) % GENES_PER_BLOCK === CONV_BLOCK;
  return values.map((ofGene, index) => (isBlockType(index) ? ofGene.map((code) => blockType(code).letter) : null));
}

/** Whether the gene at `index` belongs to the network or to one of its first M main blocks. */
export function isActiveGene(genes: Genes, index: number): boolean {
  return index < blockStart(genes[MAIN_BLOCKS]!);
}

/** Distinct architectures: over all M, every combination of the genes that are active under that M. */
export function countArchitectures({ genes }: AnalogNasDefinition): bigint {
  const perBlock = BigInt(genes.R.length * genes.convBlock.length * genes.widenFact.length * genes.B.length);
  const perStem = BigInt(genes.outChannel0.length * genes.kernelSize0.length);
  return genes.M.reduce((total, m) => total + perStem * perBlock ** BigInt(m), 0n);
}
