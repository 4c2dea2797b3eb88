import type { GeneFamily, Genes } from '../gene-family.js';
import { blockType } from './block-types.js';
import { buildAnalogNas } from './build.js';
import { analogNasFeatures, encodeAnalogNas, encodeExtended, extendedFeatures } from './encode.js';
import { expressBaseline } from './express-baseline.js';
import {
  analogNasGeneLabels,
  analogNasGeneNames,
  analogNasGeneValues,
  blockStart,
  CONV_BLOCK,
  countArchitectures,
  isActiveGene,
  MAIN_BLOCKS,
} from './genes.js';
import { layoutOf } from './layout.js';
import { analogNasNeighbours, drawAnalogNasMutation, shrinkAnalogNas } from './mutate.js';
import type { AnalogNasDefinition } from './schema.js';
import { analogNasSurveyor } from './surveyor.js';
import { depthOf, tallyLayout } from './tally.js';

/**
 * Branches share weights with branches of the same block type only, and the classifier with networks of as many main
 * blocks, whose last features are of one kind; everything else goes by its place.
 */
function positionOf(genes: Genes, node: string): string {
  if (node === 'classifier') return `${node}:${genes[MAIN_BLOCKS]}`;
  const branch = /^block(\d+)\.\d+\.branch/.exec(node);
  if (branch === null) return node;
  return `${node}:${blockType(genes[blockStart(Number(branch[1]) - 1) + CONV_BLOCK]!).letter}`;
}

/**
 * The ResNet-like family of AnalogNAS (Benmeziane et al. 2023): stem convolution (OC0, KS0), M main blocks of R residual
 * blocks, each the sum of B parallel branches and a skip, global average pooling, one dense classifier.
 */
export function analogNasFamily(definition: AnalogNasDefinition): GeneFamily {
  const geneValues = analogNasGeneValues(definition);
  return {
    task: definition.task,
    geneNames: analogNasGeneNames,
    geneValues,
    geneLabels: analogNasGeneLabels(geneValues),
    baseFeatures: analogNasFeatures,
    extendedFeatures,
    isActive: isActiveGene,
    drawMutation: (genes, kind, rng) => drawAnalogNasMutation(genes, geneValues, kind, rng),
    neighbours: (genes) => analogNasNeighbours(genes, geneValues),
    shrink: (genes, rng) => shrinkAnalogNas(genes, geneValues, rng),
    size: () => countArchitectures(definition),
    counts(genes, tile) {
      const layout = layoutOf(genes, definition);
      return tallyLayout(layout, tile).counts(depthOf(layout));
    },
    encode: encodeAnalogNas,
    encodeExtended: (genes, tile, out) => encodeExtended(genes, definition, tile, out),
    surveyor: (tile) => analogNasSurveyor(definition, tile),
    build: (genes, name) => buildAnalogNas(layoutOf(genes, definition), definition.task.inputShape, name),
    weightPosition: positionOf,
    expressBaseline: (name) => expressBaseline(name, geneValues),
  };
}
