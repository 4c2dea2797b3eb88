import type { Genes } from '../gene-family.js';

/** Operations of an edge by their code, in the numbering of AnalogNAS-Bench. */
export const cellOps = ['skip', 'zero', 'conv3x3', 'conv1x1', 'avgPool3x3'] as const;

export type CellOp = (typeof cellOps)[number];

/** An edge of the cell: from one node to a later one. Node 0 is the input, node 3 the output. */
export interface CellEdge {
  readonly from: number;
  readonly to: number;
}

/** The edges in the order of AnalogNAS-Bench' 6-tuples. */
export const cellEdges: readonly CellEdge[] = [
  { from: 0, to: 1 },
  { from: 0, to: 2 },
  { from: 0, to: 3 },
  { from: 1, to: 2 },
  { from: 1, to: 3 },
  { from: 2, to: 3 },
];

/** Nodes of a cell, input and output included. */
export const CELL_NODES = 4;

/** Names of the genes: `edge01` is the operation on the edge from node 0 to node 1. */
export const cellGeneNames: readonly string[] = cellEdges.map(({ from, to }) => `edge${from}${to}`);

/** An edge that takes part in the result, with its operation. */
export interface LiveEdge extends CellEdge {
  readonly op: Exclude<CellOp, 'zero'>;
}

/**
 * The edges on some way from input to output that no `zero` interrupts, in order. The others change nothing, so no
 * network has them. Empty where the output is always zero.
 */
export function liveEdges(genes: Genes): LiveEdge[] {
  const open = cellEdges.map(({ from, to }, i) => ({ from, to, op: cellOps[genes[i]!]! })).filter(isOpen);
  const reached = [true, false, false, false];
  for (const { from, to } of open) if (reached[from]) reached[to] = true;
  const needed = [false, false, false, true];
  for (const { from, to } of open.toReversed()) if (needed[to]) needed[from] = true;
  return open.filter(({ from, to }) => reached[from] && needed[to]);
}

function isOpen(edge: CellEdge & { op: CellOp }): edge is LiveEdge {
  return edge.op !== 'zero';
}

/** The ways from input to output, each as its operations in order. */
export function livePaths(edges: readonly LiveEdge[], from = 0): LiveEdge['op'][][] {
  if (from === CELL_NODES - 1) return [[]];
  return edges
    .filter((edge) => edge.from === from)
    .flatMap((edge) => livePaths(edges, edge.to).map((rest) => [edge.op, ...rest]));
}
