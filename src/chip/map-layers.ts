import type { Chip } from './description.js';
import {
  type Capacity,
  capacityOf,
  type MappedLayer,
  type Mapping,
  type MatrixLayer,
  type PlacementPolicy,
} from './mapping.js';
import { placeBalanced } from './placement/balanced.js';
import { placeInRounds } from './placement/in-rounds.js';
import { placeOnePerCore } from './placement/one-per-core.js';
import { placePacked } from './placement/packed.js';
import type { PlaceBlocks, UnplacedBlock } from './placement/unplaced-block.js';
import { evenCuts, partsOf } from './split.js';
import { largest, total } from './totals.js';

const policies: Record<PlacementPolicy, PlaceBlocks> = {
  onePerCore: placeOnePerCore,
  packed: placePacked,
  balanced: placeBalanced,
};

/** Names of the placement policies. */
export const placementPolicies = Object.keys(policies) as PlacementPolicy[];

/** One chip that is written once. */
export const oneChip: Capacity = { chips: 1, reprogram: false };

/** Cuts the matrices and places their blocks; `copies` names the layers that get more than one copy. */
export function mapLayers(
  network: string,
  layers: readonly MatrixLayer[],
  chip: Chip,
  placement: PlacementPolicy,
  copies: ReadonlyMap<string, number> = new Map(),
  capacity: Capacity = oneChip,
): Mapping {
  const mapped = layers.map((layer) => cutLayer(layer, chip, copies.get(layer.id) ?? 1));
  const available = capacityOf({ chip, ...capacity });
  const place = policies[placement];
  const unplaced = mapped.flatMap(blocksOf);
  const blocks = capacity.reprogram
    ? placeInRounds(unplaced, chip, available, place)
    : place(unplaced, chip, available);
  const cores = new Set(blocks.map((block) => block.core)).size;
  const weights = total(mapped, (layer) => (layer.digital ? 0 : layer.weights * layer.copies));
  return {
    ...capacity,
    network,
    chip,
    placement,
    layers: mapped,
    blocks,
    cores,
    utilisation: cores === 0 ? 0 : weights / (cores * chip.rows.value * chip.columns.value),
    fits: capacity.reprogram || cores <= available,
    rounds: capacity.reprogram ? 1 + Math.floor(largest(blocks.map(({ core }) => core)) / available) : 1,
  };
}

/** Vectors that one copy of a layer works through in one inference; copies take turns. */
export function positionsOfCopy(layer: { positions: number; copies: number }, copy: number): number {
  return Math.floor(layer.positions / layer.copies) + (copy < layer.positions % layer.copies ? 1 : 0);
}

function cutLayer(layer: MatrixLayer, chip: Chip, copies: number): MappedLayer {
  if (layer.digital) return { ...layer, rowCuts: [], colCuts: [], parts: [], copies: 1 };
  const rowCuts = evenCuts(layer.rows, chip.rows.value);
  const colCuts = evenCuts(layer.cols, chip.columns.value);
  return { ...layer, rowCuts, colCuts, parts: partsOf(layer, rowCuts, colCuts), copies };
}

function blocksOf(layer: MappedLayer): UnplacedBlock[] {
  return Array.from({ length: layer.copies }, (_, copy) => {
    const load = positionsOfCopy(layer, copy);
    return layer.parts.map(({ rowRange, colRange }) => {
      const [rows, cols] = [rowRange[1] - rowRange[0], colRange[1] - colRange[0]];
      return { layer: layer.id, copy, rowRange, colRange, rows, cols, load };
    });
  }).flat();
}
