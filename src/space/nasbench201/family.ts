import type { GeneFamily, Genes } from '../gene-family.js';
import type { MutationKind } from '../search-space.js';
import { cellGeneNames, cellOps } from './cell.js';
import { cellFeatures, encodeCell, encodeExtendedCell, extendedCellFeatures } from './encode.js';
import { buildNasBench201, countNasBench201 } from './network.js';
import type { NasBench201Definition } from './schema.js';
import { nasBench201Surveyor } from './surveyor.js';

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
      const possible = changes(genes, kind);
      if (possible.length === 0) return undefined;
      const { edge, op } = rng.pick(possible);
      const changed = genes.slice();
      changed[edge] = op;
      return changed;
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
    surveyor: (tile) => nasBench201Surveyor(definition, tile),
    build: (genes, name) => buildNasBench201(genes, definition, name),
    weightPosition: (genes, node) => {
      const edge = /\.edge(\d\d)/.exec(node);
      return edge === null ? node : `${node}:${cellOps[genes[cellGeneNames.indexOf(`edge${edge[1]}`)]!]}`;
    },
    expressBaseline: (name) => (/^(resnet|wrn)/.test(name) ? residualCell.slice() : undefined),
  };
}

/** One edge with another operation. */
interface Change {
  readonly edge: number;
  readonly op: number;
}

function neighbours(genes: Genes): Genes[] {
  return changes(genes, 'other').map(({ edge, op }) => {
    const changed = genes.slice();
    changed[edge] = op;
    return changed;
  });
}

/** All changes of one edge, by the operation that it has now: those that search draws from again and again. */
const allChanges: readonly (readonly (readonly Change[])[])[] = cellGeneNames.map((_, edge) =>
  opCodes.map((current) => opCodes.filter((op) => op !== current).map((op) => ({ edge, op }))),
);
const depthChanges = allChanges.map((ofEdge) =>
  ofEdge.map((ofOp, current) => ofOp.filter(({ op }) => isConvolution(op) !== isConvolution(current))),
);

/** A cell has no widths: depth puts a convolution in or takes one out, width and other are any change. */
function changes(genes: Genes, kind: MutationKind): Change[] {
  const known = kind === 'depth' ? depthChanges : allChanges;
  const possible: Change[] = [];
  for (let edge = 0; edge < genes.length; edge++) possible.push(...known[edge]![genes[edge]!]!);
  return possible;
}

function isConvolution(op: number): boolean {
  return cellOps[op]!.startsWith('conv');
}

function edgesWith(genes: Genes, op: number): number[] {
  return [...genes.keys()].filter((edge) => genes[edge] === op);
}
