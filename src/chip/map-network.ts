import type { NetworkGraph } from '../nn/index.js';
import type { Chip } from './description.js';
import { mapLayers } from './map-layers.js';
import type { DepthwiseRule, Mapping, PlacementPolicy } from './mapping.js';
import { networkLayers } from './network-layers.js';
import { replicate } from './replicate.js';

/** How a network is put on a chip. */
export interface MappingOptions {
  /** Where the blocks go; `onePerCore` by default: what `cores` and `fits` mean unless a placement is named. */
  readonly placement?: PlacementPolicy;
  /** What becomes of depthwise convolutions; `dense` by default. */
  readonly depthwise?: DepthwiseRule;
  /** Fill free cores with copies of the slowest layers; false by default. */
  readonly replicate?: boolean;
}

/**
 * Gives every weight of a network its cell on a chip: cuts the matrices into blocks that fit a core, as evenly as
 * possible, and places the blocks. Biases and batch norm stay digital. A network that is too large is mapped all the
 * same, onto cores beyond the chip, with `fits` false.
 *
 * @example
 * const { cores, fits } = mapNetwork(baselineGraph('resnet8'), loadChip('hermes-64')); // 14, true
 */
export function mapNetwork(graph: NetworkGraph, chip: Chip, options: MappingOptions = {}): Mapping {
  const { placement = 'onePerCore', depthwise = 'dense', replicate: withCopies = false } = options;
  const layers = networkLayers(graph, depthwise);
  return withCopies ? replicate(graph.name, layers, chip, placement) : mapLayers(graph.name, layers, chip, placement);
}
