import { positionsOfCopy } from './map-layers.js';
import { type Block, type MappedLayer, type Mapping, roundOf } from './mapping.js';
import { groupBy, largest, total } from './totals.js';
import { type Traffic, trafficOf } from './traffic.js';

/** What one layer does in one inference. */
export interface LayerActivity {
  readonly id: string;
  /** Cores of all its copies. */
  readonly cores: number;
  /** Products of its cores. */
  readonly coreMvms: number;
  /** Vectors that its busiest core works through, one after another; where it lies in several rounds, those of each. */
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
  /** Bits on links between chips. */
  readonly chipBits: number;
  /** Transfers between layers that need links between chips, and the bits of the last vector of each, added up. */
  readonly chipTransfers: number;
  readonly chipLastVectorBits: number;
  /** Bits of partial sums on links. */
  readonly partialSumBits: number;
  /** Hops on the path from the first to the last layer. */
  readonly transfers: number;
  /** Bits of each layer's last vector, added up: what the next layer has to wait for. */
  readonly lastVectorBits: number;
  /** Bits that leave the core with the most traffic, in all rounds together. */
  readonly busiestLinkBits: number;
}

/** Counts what happens on a chip in one inference. */
export function activityOf(mapping: Mapping): Activity {
  const { layers, blocks, chip } = mapping;
  const analog = layers.filter((layer) => !layer.digital);
  const busiest = busiestCores(mapping);
  const activationBits = chip.links.activationBits.value;
  const partialSums = total(analog, (layer) => partialSumsOf(layer) * layer.positions);
  const blocksOf = groupBy(blocks, ({ layer }) => layer);
  const activities = analog.map((layer) => layerActivity(layer, blocksOf.get(layer.id)!, mapping));
  const traffic = trafficOf(mapping);
  const columns = new Map(layers.map(({ id, cols }) => [id, cols]));
  const crossing = traffic.filter(({ chipBits }) => chipBits > 0);
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
    chipTransfers: crossing.length,
    chipLastVectorBits: activationBits * total(crossing, ({ from }) => columns.get(from)!),
    partialSumBits: chip.links.partialSumBits.value * partialSums,
    transfers: layers.length,
    lastVectorBits: activationBits * total(layers, (layer) => layer.cols),
    busiestLinkBits: busiestLinkBits(mapping),
  };
}

/** Additions that join the row parts of a layer's columns, for one vector. */
export function partialSumsOf({ parts, cols }: MappedLayer): number {
  return total(parts, ({ colRange }) => colRange[1] - colRange[0]) - cols;
}

function layerActivity(layer: MappedLayer, blocks: readonly Block[], mapping: Mapping): LayerActivity {
  const loads = perCore(blocks, ({ copy }) => positionsOfCopy(layer, copy));
  return {
    id: layer.id,
    cores: loads.size,
    coreMvms: layer.positions * layer.parts.length,
    vectors: overRounds(mapping, loads),
  };
}

/** Adds up a value of blocks by the core that they lie in. */
function perCore(blocks: readonly Block[], value: (block: Block) => number): Map<number, number> {
  const sums = new Map<number, number>();
  for (const block of blocks) sums.set(block.core, (sums.get(block.core) ?? 0) + value(block));
  return sums;
}

/** Rounds run one after another, so the greatest value of each adds to an inference. */
function overRounds(mapping: Mapping, values: ReadonlyMap<number, number>): number {
  const rounds = groupBy([...values], ([core]) => roundOf(mapping, core));
  return total([...rounds.values()], (round) => largest(round.map(([, value]) => value)));
}

/** Work of the busiest core of each round, added up, and the layer with the most products on the busiest of all. */
export function busiestCores(mapping: Mapping): { vectors: number; layer: string } {
  const load = loadOf(mapping.layers);
  const loads = perCore(mapping.blocks, load);
  const most = largest(loads.values());
  const busiest = [...loads].find(([, vectors]) => vectors === most)?.[0];
  const own = mapping.blocks.filter(({ core }) => core === busiest);
  const top = own.reduce<Block | undefined>((a, b) => (a === undefined || load(b) > load(a) ? b : a), undefined);
  return { vectors: overRounds(mapping, loads), layer: top?.layer ?? '' };
}

function fullCoreEquivalents({ layers, blocks, chip }: Mapping): number {
  const load = loadOf(layers);
  return total(blocks, (block) => (load(block) * (block.colRange[1] - block.colRange[0])) / chip.columns.value);
}

/** A core sends partial sums where its layer's rows are split, and activations where they are not. */
function busiestLinkBits(mapping: Mapping): number {
  const { links } = mapping.chip;
  const load = loadOf(mapping.layers);
  const split = new Map(mapping.layers.map((layer) => [layer.id, partialSumsOf(layer) > 0]));
  const sent = perCore(mapping.blocks, (block) => {
    const bits = split.get(block.layer) ? links.partialSumBits.value : links.activationBits.value;
    return load(block) * (block.colRange[1] - block.colRange[0]) * bits;
  });
  return overRounds(mapping, sent);
}

/** Vectors of one inference that pass through a block: the copies of a layer take turns. */
function loadOf(layers: readonly MappedLayer[]): (block: Block) => number {
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  return ({ layer, copy }) => positionsOfCopy(byId.get(layer)!, copy);
}
