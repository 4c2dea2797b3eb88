import { z } from 'zod';
import { fail, nearestWord, parseWith } from '../../config/index.js';
import { inferShapes } from './infer-shapes.js';
import type { NetworkGraph } from './network-graph.js';
import { type GraphNode, type OpName, ops } from './ops/index.js';

const outline = z.strictObject({
  name: z.string().min(1),
  nodes: z.array(z.looseObject({ id: z.string().min(1), op: z.string() })).min(1),
  output: z.string(),
});

/**
 * Reads a network graph from JSON, fills defaults, and checks that its shapes fit.
 *
 * @param source file or other origin, named in errors
 * @throws GRAPH_INVALID naming the node that is wrong.
 */
export function parseGraph(value: unknown, source: string): NetworkGraph {
  const { name, nodes, output } = parseWith(outline, value, source, 'GRAPH_INVALID');
  const graph = { name, nodes: nodes.map((node) => parseNode(node, source)), output };
  inferShapes(graph);
  return graph;
}

function parseNode(node: { id: string; op: string }, source: string): GraphNode {
  const where = `${source}, node "${node.id}"`;
  if (!Object.hasOwn(ops, node.op)) {
    const known = Object.keys(ops);
    const guess = nearestWord(node.op, known);
    fail('GRAPH_INVALID', `Node "${node.id}" has an unknown operation.`, {
      source: where,
      path: 'op',
      found: JSON.stringify(node.op),
      accepted: known.join(', '),
      ...(guess !== undefined && { hint: `did you mean "${guess}"?` }),
    });
  }
  return parseWith(ops[node.op as OpName].schema as z.ZodType<GraphNode>, node, where, 'GRAPH_INVALID');
}
