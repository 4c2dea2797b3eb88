import { countNetwork, inferShapes, matrixLayers, type NetworkGraph } from '../nn/index.js';
import type { DepthwiseRule, MatrixLayer } from './mapping.js';

/**
 * The matrices of a network as the mapper needs them, in the network's order.
 *
 * @param depthwise what becomes of depthwise convolutions, see {@link DepthwiseRule}
 */
export function networkLayers(graph: NetworkGraph, depthwise: DepthwiseRule = 'dense'): MatrixLayer[] {
  const matrices = matrixLayers(graph);
  const sources = matrixSources(graph, new Set(matrices.map(({ node }) => node)));
  const widths = inputWidths(graph);
  return countNetwork(graph).layers.map((layer, i) => {
    const { node, shape } = matrices[i]!;
    const kernel = shape.kind === 'conv2d' ? shape.kernel : ([1, 1] as const);
    const isDepthwise = layer.op === 'depthwiseConv2d';
    return {
      ...layer,
      rows: isDepthwise && depthwise === 'compact' ? kernel[0] * kernel[1] : layer.rows,
      sources: matrices.filter((other) => sources.get(node)!.has(other.node)).map(({ id }) => id),
      lookahead: Math.floor(kernel[0] / 2) * widths.get(node)! + Math.floor(kernel[1] / 2),
      digital: isDepthwise && depthwise === 'digital',
    };
  });
}

/** For each matrix node the matrix nodes whose results reach it through digital nodes only. */
function matrixSources(graph: NetworkGraph, matrixNodes: ReadonlySet<string>): Map<string, ReadonlySet<string>> {
  const reaching = new Map<string, ReadonlySet<string>>();
  const sources = new Map<string, ReadonlySet<string>>();
  for (const { id, inputs } of graph.nodes) {
    const before = new Set(inputs.flatMap((input) => [...reaching.get(input)!]));
    if (matrixNodes.has(id)) sources.set(id, before);
    reaching.set(id, matrixNodes.has(id) ? new Set([id]) : before);
  }
  return sources;
}

/** Width of the image that each node reads; 1 where it reads no image. */
function inputWidths(graph: NetworkGraph): Map<string, number> {
  const shapes = inferShapes(graph);
  return new Map(
    graph.nodes.map(({ id, inputs }) => {
      const shape = inputs[0] === undefined ? [] : shapes.get(inputs[0])!;
      return [id, shape.length === 3 ? shape[1]! : 1];
    }),
  );
}
