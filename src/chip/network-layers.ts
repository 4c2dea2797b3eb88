import { countLayers, inferShapes, matrixLayers, type NetworkGraph } from '../nn/index.js';
import { dataFlow } from './data-flow.js';
import type { DepthwiseRule, MatrixLayer } from './mapping.js';

/**
 * The matrices of a network as the mapper needs them, in the network's order.
 *
 * @param depthwise what becomes of depthwise convolutions, see {@link DepthwiseRule}
 */
export function networkLayers(graph: NetworkGraph, depthwise: DepthwiseRule = 'dense'): MatrixLayer[] {
  const matrices = matrixLayers(graph);
  const shapes = inferShapes(graph);
  const idsOf = groupIds(matrices);
  const flow = dataFlow(graph, shapes, new Set(idsOf.keys()));
  const widths = inputWidths(graph, shapes);
  return countLayers(graph, matrices).map((layer, i) => {
    const { node, shape } = matrices[i]!;
    const kernel = shape.kind === 'conv2d' ? shape.kernel : ([1, 1] as const);
    const isDepthwise = layer.op === 'depthwiseConv2d';
    const { sources, reads } = flow.get(node)!;
    return {
      id: layer.id,
      op: layer.op,
      rows: isDepthwise && depthwise === 'compact' ? kernel[0] * kernel[1] : layer.rows,
      cols: layer.cols,
      positions: layer.positions,
      weights: layer.weights,
      macs: layer.macs,
      sources: sources.flatMap((source) => idsOf.get(source)!),
      // A node's result is that of its last matrix.
      reads: reads.map(({ from, values }) => ({ from: idsOf.get(from)!.at(-1)!, values })),
      lookahead: Math.floor(kernel[0] / 2) * widths.get(node)! + Math.floor(kernel[1] / 2),
      digital: isDepthwise && depthwise === 'digital',
    };
  });
}

/** Ids of the matrices of each node that has some. */
function groupIds(matrices: readonly { id: string; node: string }[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { id, node } of matrices) {
    const own = ids.get(node);
    if (own === undefined) ids.set(node, [id]);
    else own.push(id);
  }
  return ids;
}

/** Width of the image that each node reads; 1 where it reads no image. */
function inputWidths(graph: NetworkGraph, shapes: ReturnType<typeof inferShapes>): Map<string, number> {
  return new Map(
    graph.nodes.map(({ id, inputs }) => {
      const shape = inputs[0] === undefined ? [] : shapes.get(inputs[0])!;
      return [id, shape.length === 3 ? shape[1]! : 1];
    }),
  );
}
