import { busiestCores } from './activity.js';
import { coreCount } from './core-count.js';
import type { Chip } from './description.js';
import { mapLayers, oneChip } from './map-layers.js';
import {
  type Capacity,
  capacityOf,
  isSerial,
  type Mapping,
  type MatrixLayer,
  type PlacementPolicy,
} from './mapping.js';
import { largest, total } from './totals.js';

/**
 * Fills free cores with copies of the slowest layers: the layer with the most vectors per copy gets one more copy, until
 * the slowest layer finds no more room, or a copy only makes the busiest core busier. Recurrent matrices get none, since
 * each of their vectors waits for the one before. A network that does not fit as it is stays as it is.
 */
export function replicate(
  network: string,
  layers: readonly MatrixLayer[],
  chip: Chip,
  placement: PlacementPolicy,
  capacity: Capacity = oneChip,
): Mapping {
  const analog = layers.filter((layer) => !layer.digital);
  const divisible = analog.filter((layer) => !isSerial(layer));
  const load = loadRule(network, analog, chip, placement, capacity);
  let copies = new Map<string, number>();
  let busiest = load(copies);
  for (;;) {
    const slowest = slowestLayer(divisible, copies);
    if (slowest === undefined || slowest.positions <= copiesOf(slowest, copies)) break;
    const more = new Map(copies).set(slowest.id, copiesOf(slowest, copies) + 1);
    const next = load(more);
    if (next === undefined || busiest === undefined || next > busiest) break;
    [copies, busiest] = [more, next];
  }
  return mapLayers(network, layers, chip, placement, copies, capacity);
}

/** Products of the busiest core for some copies; undefined where they find no room. */
function loadRule(
  network: string,
  layers: readonly MatrixLayer[],
  chip: Chip,
  placement: PlacementPolicy,
  { chips }: Capacity,
): (copies: ReadonlyMap<string, number>) => number | undefined {
  if (placement === 'onePerCore') {
    const cores = new Map(layers.map((layer) => [layer.id, coreCount([layer], chip)]));
    return (copies) => {
      const used = total(layers, (layer) => cores.get(layer.id)! * copiesOf(layer, copies));
      return used <= capacityOf({ chip, chips }) ? largest(layers.map((layer) => vectorsOf(layer, copies))) : undefined;
    };
  }
  return (copies) => {
    const mapping = mapLayers(network, layers, chip, placement, copies, { chips, reprogram: false });
    return mapping.fits ? busiestCores(mapping).vectors : undefined;
  };
}

function slowestLayer(layers: readonly MatrixLayer[], copies: ReadonlyMap<string, number>): MatrixLayer | undefined {
  const slowest = largest(layers.map((layer) => vectorsOf(layer, copies)));
  return layers.find((layer) => vectorsOf(layer, copies) === slowest);
}

/** Vectors of the busiest copy of a layer. */
function vectorsOf(layer: MatrixLayer, copies: ReadonlyMap<string, number>): number {
  return Math.ceil(layer.positions / copiesOf(layer, copies));
}

function copiesOf(layer: MatrixLayer, copies: ReadonlyMap<string, number>): number {
  return copies.get(layer.id) ?? 1;
}
