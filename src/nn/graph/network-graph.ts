import type { GraphNode } from './ops/index.js';

/**
 * A network: typed nodes in an order in which each stands behind its inputs. Node 0 is
 * `{id: 'input', op: 'input', shape}`. Plain JSON. This is the only representation of a network: models, chip mapping,
 * counts, import, export and pictures all read it.
 */
export interface NetworkGraph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  /** Id of the node whose value is the network's result. */
  readonly output: string;
}
