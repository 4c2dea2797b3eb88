import { countLayers, inferShapes, matrixLayers, type NetworkGraph } from '../nn/index.js';
import { dataFlow } from './data-flow.js';
import type { DepthwiseRule, MatrixLayer } from './mapping.js';

/**
 * The matrices of a network as the mapper needs them, in the network's order.
 *
 * @param depthwise what becomes of depthwise convolutions, see {@link DepthwiseRule}
 */
export function networkLayers(graph: NetworkGraph, depthwise: DepthwiseRule = 'dense'): MatrixLayer[] {
  const specs = matrixLayers(graph);
  const matrices = countLayers(graph, specs).map((layer, i) => ({ ...specs[i]!, ...layer }));
  const flows = dataFlow(graph, inferShapes(graph), matrices);
  return matrices.map(({ id, op, rows, cols, groups, positions, weights, macs, shape }) => {
    const isDepthwise = op === 'depthwiseConv2d';
    const compact = isDepthwise && depthwise === 'compact' && shape.kind === 'conv2d';
    return {
      id,
      op,
      cols,
      positions,
      weights,
      macs,
      rows: compact ? shape.kernel[0] * shape.kernel[1] : rows,
      groups: compact ? 1 : groups,
      ...flows.get(id)!,
      digital: isDepthwise && depthwise === 'digital',
    };
  });
}
