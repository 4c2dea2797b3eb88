import { type NetworkGraph, parseGraph } from '../../../src/nn/index.js';

/** A network of plain nodes behind an input; the last of them is its result. */
export function testGraph(
  shape: readonly number[],
  nodes: readonly ({ readonly id: string } & Record<string, unknown>)[],
): NetworkGraph {
  const graph = { name: 'test', nodes: [{ id: 'input', op: 'input', shape }, ...nodes], output: nodes.at(-1)!.id };
  return parseGraph(graph, 'test');
}
