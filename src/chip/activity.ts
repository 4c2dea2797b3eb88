import { positionsOfCopy } from './map-layers.js';
import { type Block, capacityOf, type MappedLayer, type Mapping } from './mapping.js';
import { type Traffic, trafficOf } from './traffic.js';

/** What one layer does in one inference. */
export interface LayerActivity {
  readonly id: string;
  /** Cores of all its copies. */
  readonly cores: number;
  /** Products of its cores. */
  readonly coreMvms: number;
  /** Vectors that its busiest core works through, one after another. */
  readonly vectors: number;
}

/** What the parts of a chip do in one inference of a mapped network: pure counts, no times or energies. */
export interface Activity {
  readonly layers: readonly LayerActivity[];
  /** Vectors of all layers on crossbars. */
  readonly positions: number;
  /** Products of all cores. */
  readonly coreMvms: number;
  /** Products, each counted by the share of the core's columns that it uses. */
  readonly fullCoreEquivalents: number;
  /** Vectors one after another when layer follows layer. */
  readonly serialVectors: number;
  /** Products of the busiest core, in all rounds together. */
  readonly busiestCoreVectors: number;
  /** The layer that has the most products on the busiest core. */
  readonly bottleneck: string;
  /** Column results that get scale, offset and activation. */
  readonly outputs: number;
  /** Additions that join the row parts of a matrix. */
  readonly partialSums: number;
  /** Multiply-accumulates of layers that are kept off the arrays. */
  readonly digitalMacs: number;
  /** Bits of activations on links: every result once for each layer that reads it. */
  readonly activationBits: number;
  /** The same, layer by layer. */
  readonly traffic: readonly Traffic[];
  /** Bits on links between chips, and the transfers on the path from the first to the last layer. */
  readonly chipBits: number;
  readonly chipTransfers: number;
  /** Bits of partial sums on links. */
  readonly partialSumBits: number;
  /** Hops on the path from the first to the last layer. */
  readonly transfers: number;
  /** Bits of each layer's last vector, added up: what the next layer has to wait for. */
  readonly lastVectorBits: number;
  /** Bits that leave the core with the most traffic. */
  readonly busiestLinkBits: number;
}

/** Counts what happens on a chip in one inference. */
export function activityOf(mapping: Mapping): Activity {
  const { layers, blocks, chip } = mapping;
  const analog = layers.filter((layer) => !layer.digital);
  const busiest = busiestCore(mapping);
  const activationBits = chip.links.activationBits.value;
  const partialSums = total(analog, (layer) => (rowParts(layer) - 1) * layer.cols * layer.positions);
  const blocksOf = groupByLayer(blocks);
  const activities = analog.map((layer) => layerActivity(layer, blocksOf.get(layer.id)!));
  const traffic = trafficOf(mapping);
  return {
    layers: activities,
    positions: total(analog, (layer) => layer.positions),
    coreMvms: total(activities, (layer) => layer.coreMvms),
    fullCoreEquivalents: fullCoreEquivalents(mapping),
    serialVectors: total(activities, (layer) => layer.vectors),
    busiestCoreVectors: busiest.vectors,
    bottleneck: busiest.layer,
    outputs: total(analog, (layer) => layer.cols * layer.positions),
    partialSums,
    digitalMacs: total(layers, (layer) => (layer.digital ? layer.macs : 0)),
    activationBits: total(traffic, ({ bits }) => bits),
    traffic,
    chipBits: total(traffic, ({ chipBits }) => chipBits),
    chipTransfers: traffic.filter(({ chipBits }) => chipBits > 0).length,
    partialSumBits: chip.links.partialSumBits.value * partialSums,
    transfers: layers.length,
    lastVectorBits: activationBits * total(layers, (layer) => layer.cols),
    busiestLinkBits: busiestLinkBits(mapping),
  };
}

function layerActivity(layer: MappedLayer, blocks: readonly Block[]): LayerActivity {
  const loads = new Map<number, number>();
  for (const { copy, core } of blocks) loads.set(core, (loads.get(core) ?? 0) + positionsOfCopy(layer, copy));
  return {
    id: layer.id,
    cores: loads.size,
    coreMvms: layer.positions * rowParts(layer) * colParts(layer),
    vectors: Math.max(...loads.values()),
  };
}

function groupByLayer(blocks: readonly Block[]): Map<string, Block[]> {
  const groups = new Map<string, Block[]>();
  for (const block of blocks) {
    const group = groups.get(block.layer);
    if (group === undefined) groups.set(block.layer, [block]);
    else group.push(block);
  }
  return groups;
}

/** Rounds run one after another, so the busiest core of each adds to the work of an inference. */
function busiestCore(mapping: Mapping): { vectors: number; layer: string } {
  const { layers, blocks, rounds } = mapping;
  const perRound = capacityOf(mapping);
  const loads = loadOf(layers);
  const cores = new Map<number, { vectors: number; top: number; layer: string }>();
  for (const block of blocks) {
    const load = loads(block);
    const core = cores.get(block.core) ?? { vectors: 0, top: 0, layer: block.layer };
    core.vectors += load;
    if (load > core.top) Object.assign(core, { top: load, layer: block.layer });
    cores.set(block.core, core);
  }
  const busiest = Array.from({ length: rounds }, () => ({ vectors: 0, layer: '' }));
  for (const [number, core] of cores) {
    const round = rounds === 1 ? 0 : Math.floor(number / perRound);
    if (core.vectors > busiest[round]!.vectors) busiest[round] = core;
  }
  const slowest = busiest.reduce((worst, round) => (round.vectors > worst.vectors ? round : worst));
  return { vectors: total(busiest, ({ vectors }) => vectors), layer: slowest.layer };
}

function fullCoreEquivalents({ layers, blocks, chip }: Mapping): number {
  const loads = loadOf(layers);
  return total(blocks, (block) => (loads(block) * (block.colRange[1] - block.colRange[0])) / chip.columns.value);
}

/** A core sends partial sums where its layer's rows are split, and activations where they are not. */
function busiestLinkBits({ layers, blocks, chip: { links } }: Mapping): number {
  const loads = loadOf(layers);
  const split = new Map(layers.map((layer) => [layer.id, rowParts(layer) > 1]));
  const sent = new Map<number, number>();
  for (const block of blocks) {
    const bits = split.get(block.layer) ? links.partialSumBits.value : links.activationBits.value;
    const traffic = loads(block) * (block.colRange[1] - block.colRange[0]) * bits;
    sent.set(block.core, (sent.get(block.core) ?? 0) + traffic);
  }
  return Math.max(0, ...sent.values());
}

/** Vectors of one inference that pass through a block: the copies of a layer take turns. */
function loadOf(layers: readonly MappedLayer[]): (block: Block) => number {
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  return ({ layer, copy }) => positionsOfCopy(byId.get(layer)!, copy);
}

const rowParts = (layer: MappedLayer): number => Math.max(1, layer.rowCuts.length - 1);
const colParts = (layer: MappedLayer): number => Math.max(1, layer.colCuts.length - 1);

function total<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
