import { fail } from '../config/index.js';
import type { NetworkGraph } from '../nn/index.js';
import { coreCount } from './core-count.js';
import type { Chip } from './description.js';
import { mapLayers } from './map-layers.js';
import type { DepthwiseRule, Mapping, PlacementPolicy } from './mapping.js';
import { networkLayers } from './network-layers.js';
import { replicate } from './replicate.js';
import { mostChips, requireCount } from './require-count.js';

/** Most cores that a network is cut into: each is kept by itself. */
const mostCores = 2 ** 20;

/** How a network is put on a chip. */
export interface MappingOptions {
  /** Where the blocks go; `onePerCore` by default: what `cores` and `fits` mean unless a placement is named. */
  readonly placement?: PlacementPolicy;
  /** What becomes of depthwise convolutions; `dense` by default. */
  readonly depthwise?: DepthwiseRule;
  /** Fill free cores with copies of the slowest layers; false by default. */
  readonly replicate?: boolean;
  /** Chips of this kind side by side, 1 to {@link mostChips}; 1 by default. */
  readonly chips?: number;
  /** Write the chips again and again, layers in turn, where the network is too large; false by default. */
  readonly reprogram?: boolean;
}

/**
 * Gives every weight of a network its cell on a chip: cuts the matrices into blocks that fit a core, as evenly as
 * possible, and places the blocks. Biases and batch norm stay digital. A network that is too large is mapped all the
 * same, onto cores beyond the chip, with `fits` false; several chips, or one that is written in rounds, must be asked for.
 *
 * @throws USAGE when the number of chips is out of range; GRAPH_INVALID for a network of more than {@link mostCores} cores
 * @example
 * const { cores, fits } = mapNetwork(baselineGraph('resnet8'), loadChip('hermes-64')); // 14, true
 */
export function mapNetwork(graph: NetworkGraph, chip: Chip, options: MappingOptions = {}): Mapping {
  const { placement = 'onePerCore', depthwise = 'dense', chips = 1, reprogram = false } = options;
  requireCount(chips, mostChips, 'chips');
  const layers = networkLayers(graph, depthwise);
  requireMappable(graph.name, layers, chip);
  const capacity = { chips, reprogram };
  return options.replicate === true
    ? replicate(graph.name, layers, chip, placement, capacity)
    : mapLayers(graph.name, layers, chip, placement, new Map(), capacity);
}

function requireMappable(name: string, layers: ReturnType<typeof networkLayers>, chip: Chip): void {
  const cores = coreCount(
    layers.filter(({ digital }) => !digital),
    chip,
  );
  if (cores <= mostCores) return;
  fail('GRAPH_INVALID', 'The network is too large to be cut into cores.', {
    source: name,
    found: `${cores.toLocaleString('en-US')} cores of ${chip.name}`,
    accepted: `up to ${mostCores.toLocaleString('en-US')}`,
  });
}
