import type { GeneFamily, Genes } from '../gene-family.js';
import type { MutationKind } from '../search-space.js';
import { cellGeneNames, cellOps } from './cell.js';
import { cellFeatures, encodeCell, encodeExtendedCell, extendedCellFeatures } from './encode.js';
import { buildNasBench201, countNasBench201 } from './network.js';
import type { NasBench201Definition } from './schema.js';

const opCodes = cellOps.map((_, code) => code);

/** From the operation that costs most to the one that costs nothing. */
const byCost = [
  cellOps.indexOf('conv3x3'),
  cellOps.indexOf('conv1x1'),
  cellOps.indexOf('skip'),
  cellOps.indexOf('zero'),
];

/** The basic block of a residual network, as NAS-Bench-201 itself writes ResNet: two 3x3 convolutions beside a skip. */
const residualCell: Genes = Int32Array.from(
  (['conv3x3', 'zero', 'skip', 'conv3x3', 'zero', 'skip'] as const).map((op) => cellOps.indexOf(op)),
);

/** The cells of NAS-Bench-201 (Dong and Yang 2020): one of five operations on each of six edges. */
export function nasBench201Family(definition: NasBench201Definition): GeneFamily {
  return {
    task: definition.task,
    geneNames: cellGeneNames,
    geneValues: cellGeneNames.map(() => opCodes),
    geneLabels: cellGeneNames.map(() => cellOps),
    baseFeatures: cellFeatures,
    extendedFeatures: extendedCellFeatures,
    isActive: () => true,
    drawMutation: (genes, kind, rng) => {
      const changed = ofKind(genes, kind);
      return changed.length === 0 ? undefined : rng.pick(changed);
    },
    neighbours,
    shrink(genes, rng) {
      const shrinkable = byCost
        .slice(0, -1)
        .map((op, i) => ({ edges: edgesWith(genes, op), next: byCost[i + 1]! }))
        .find(({ edges }) => edges.length > 0);
      if (shrinkable === undefined) return false;
      genes[rng.pick(shrinkable.edges)] = shrinkable.next;
      return true;
    },
    size: () => BigInt(cellOps.length ** cellGeneNames.length),
    counts: (genes, tile) => countNasBench201(genes, definition, tile),
    encode: encodeCell,
    encodeExtended: (genes, tile, out) => encodeExtendedCell(genes, definition, tile, out),
    build: (genes, name) => buildNasBench201(genes, definition, name),
    expressBaseline: (name) => (/^(resnet|wrn)/.test(name) ? residualCell.slice() : undefined),
  };
}

/** One edge with another operation. */
function neighbours(genes: Genes): Genes[] {
  return [...genes].flatMap((current, edge) =>
    opCodes
      .filter((op) => op !== current)
      .map((op) => {
        const changed = genes.slice();
        changed[edge] = op;
        return changed;
      }),
  );
}

/** A cell has no widths: depth puts a convolution in or takes one out, width and other are any change. */
function ofKind(genes: Genes, kind: MutationKind): Genes[] {
  const all = neighbours(genes);
  return kind === 'depth' ? all.filter((changed) => convolutions(changed) !== convolutions(genes)) : all;
}

function convolutions(genes: Genes): number {
  return genes.filter((op) => cellOps[op]!.startsWith('conv')).length;
}

function edgesWith(genes: Genes, op: number): number[] {
  return [...genes.keys()].filter((edge) => genes[edge] === op);
}
