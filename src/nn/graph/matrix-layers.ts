import { inferShapes, inputShapes } from './infer-shapes.js';
import type { NetworkGraph } from './network-graph.js';
import type { MatrixSpec } from './op-definition.js';
import { opOf } from './ops/index.js';

/** One weight matrix of a network that lives on a crossbar: convolutions, shortcuts and classifiers alike. */
export interface MatrixLayer extends MatrixSpec {
  /** The node's id, with `/<suffix>` where a node has several matrices. */
  readonly id: string;
  /** The node it belongs to. */
  readonly node: string;
}

/** All weight matrices of a network, in the order of its nodes. */
export function matrixLayers(graph: NetworkGraph): MatrixLayer[] {
  const shapes = inferShapes(graph);
  return graph.nodes.flatMap((node) => {
    const specs = opOf(node).matrices?.(node, inputShapes(node, shapes), shapes.get(node.id)!) ?? [];
    return specs.map((spec) => ({ ...spec, node: node.id, id: spec.suffix ? `${node.id}/${spec.suffix}` : node.id }));
  });
}

/** Ids of the nodes that read each node. */
export function consumers(graph: NetworkGraph): Map<string, string[]> {
  const readers = new Map<string, string[]>(graph.nodes.map(({ id }) => [id, []]));
  for (const node of graph.nodes) for (const id of node.inputs) readers.get(id)?.push(node.id);
  return readers;
}
