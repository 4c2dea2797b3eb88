import { matrixLayers, type NetworkGraph } from '../nn/index.js';

/**
 * Full names of the weights of a network that lie on crossbars as matrices, whatever their operation calls them. Weight decay
 * and the clipping of outliers act on these, not on biases and the parameters of norms.
 */
export function kernelNames(graph: NetworkGraph): ReadonlySet<string> {
  return new Set(matrixLayers(graph).map(({ node, kernel }) => `${node}/${kernel}`));
}
