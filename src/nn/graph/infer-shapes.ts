import { fail } from '../../config/index.js';
import type { NetworkGraph } from './network-graph.js';
import { type Shape, showShape } from './op-definition.js';
import { type GraphNode, opOf } from './ops/index.js';

/** Graphs do not change, and mapping, counting and binding one all ask for its shapes. */
const known = new WeakMap<NetworkGraph, ReadonlyMap<string, Shape>>();

/**
 * Shape of each node's output, without the batch axis, by node id; worked out once for a graph.
 *
 * @throws GRAPH_INVALID naming the node whose inputs do not exist, do not fit, or have another number.
 */
export function inferShapes(graph: NetworkGraph): ReadonlyMap<string, Shape> {
  const shapes = known.get(graph) ?? inferAll(graph);
  known.set(graph, shapes);
  return shapes;
}

function inferAll(graph: NetworkGraph): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const node of graph.nodes) {
    if (shapes.has(node.id)) fail('GRAPH_INVALID', `Network ${graph.name} has two nodes called "${node.id}".`);
    shapes.set(node.id, inferNodeShape(graph.name, node, shapes));
  }
  if (graph.nodes[0]?.op !== 'input')
    fail('GRAPH_INVALID', `The first node of network ${graph.name} must be its input.`);
  if (!shapes.has(graph.output)) {
    fail('GRAPH_INVALID', `Network ${graph.name} has no node "${graph.output}" to be its output.`);
  }
  return shapes;
}

/** Shape of one node's output from those of the nodes before it. */
export function inferNodeShape(network: string, node: GraphNode, shapes: ReadonlyMap<string, Shape>): Shape {
  const inputs = node.inputs.map((id) => {
    return shapes.get(id) ?? refuse(network, node, `reads "${id}", which is not a node before it`);
  });
  const { inputs: arity, inferShape } = opOf(node);
  if (inputs.length < arity[0] || inputs.length > arity[1]) {
    refuse(network, node, `takes ${showArity(arity)}, got ${inputs.length}`);
  }
  const shape = inferShape(node, inputs);
  return typeof shape === 'string'
    ? refuse(network, node, shape, `inputs ${inputs.map(showShape).join(' and ') || 'none'}`)
    : shape;
}

/** Shapes of a node's inputs. */
export function inputShapes(node: GraphNode, shapes: ReadonlyMap<string, Shape>): Shape[] {
  return node.inputs.map((id) => shapes.get(id)!);
}

function refuse(network: string, node: GraphNode, reason: string, found?: string): never {
  return fail('GRAPH_INVALID', `Node "${node.id}" (${node.op}) of network ${network}: ${reason}.`, {
    ...(found !== undefined && { found }),
  });
}

function showArity([least, most]: readonly [number, number]): string {
  const count = least === most ? `${least}` : `at least ${least}`;
  return `${count} input${count === '1' ? '' : 's'}`;
}
