import { coreCount } from './core-count.js';
import type { Chip } from './description.js';
import { mapLayers, oneChip } from './map-layers.js';
import { type Capacity, capacityOf, type Mapping, type MatrixLayer, type PlacementPolicy } from './mapping.js';

/**
 * Fills free cores with copies of the slowest layers: the layer with the most vectors per copy gets one more copy, until
 * the slowest layer finds no more room. A network that does not fit as it is stays as it is.
 */
export function replicate(
  network: string,
  layers: readonly MatrixLayer[],
  chip: Chip,
  placement: PlacementPolicy,
  capacity: Capacity = oneChip,
): Mapping {
  const analog = layers.filter((layer) => !layer.digital);
  let copies = new Map<string, number>();
  for (;;) {
    const slowest = slowestLayer(analog, copies);
    if (slowest === undefined || slowest.positions <= copiesOf(slowest, copies)) break;
    const more = new Map(copies).set(slowest.id, copiesOf(slowest, copies) + 1);
    if (!hasRoom(network, analog, chip, placement, more, capacity)) break;
    copies = more;
  }
  return mapLayers(network, layers, chip, placement, copies, capacity);
}

function hasRoom(
  network: string,
  layers: readonly MatrixLayer[],
  chip: Chip,
  placement: PlacementPolicy,
  copies: ReadonlyMap<string, number>,
  { chips }: Capacity,
): boolean {
  if (placement !== 'onePerCore') {
    return mapLayers(network, layers, chip, placement, copies, { chips, reprogram: false }).fits;
  }
  const cores = layers.reduce((sum, layer) => sum + coreCount([layer], chip) * copiesOf(layer, copies), 0);
  return cores <= capacityOf({ chip, chips });
}

function slowestLayer(layers: readonly MatrixLayer[], copies: ReadonlyMap<string, number>): MatrixLayer | undefined {
  const vectors = (layer: MatrixLayer) => Math.ceil(layer.positions / copiesOf(layer, copies));
  return layers.reduce<MatrixLayer | undefined>(
    (slowest, layer) => (slowest === undefined || vectors(layer) > vectors(slowest) ? layer : slowest),
    undefined,
  );
}

function copiesOf(layer: MatrixLayer, copies: ReadonlyMap<string, number>): number {
  return copies.get(layer.id) ?? 1;
}
