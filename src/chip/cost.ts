import { type Activity, activityOf } from './activity.js';
import type { Chip } from './description.js';
import { capacityOf, type Mapping, roundOf } from './mapping.js';
import { type Phases, type ReadMode, readMode } from './read-mode.js';
import { requireCount } from './require-count.js';
import { largest, total } from './totals.js';
import { chipOfCore, type Traffic } from './traffic.js';

/** Time and energy of one part of the work of an inference. */
export interface CostPart {
  readonly name: 'arrays' | 'outputs' | 'partial sums' | 'digital layers' | 'links' | 'chip links' | 'rewriting';
  readonly seconds: number;
  readonly joules: number;
  /** Whether the figures rest on assumed parameters of the chip. */
  readonly assumed: boolean;
}

/** What one layer costs in one inference; arrays and converters only. */
export interface LayerCost {
  readonly id: string;
  readonly cores: number;
  /** Products that its cores compute. */
  readonly coreMvms: number;
  /** Time from its first to its last vector when it runs alone. */
  readonly seconds: number;
  readonly joules: number;
}

/** Latency, throughput and energy with or without the assumed parameters. */
export interface InferenceCost {
  /** One inference, layer after layer. */
  readonly latencySeconds: number;
  /**
   * Time between two results when inferences stream through the chip. On a chip that is written in rounds a batch goes
   * through one round after another: its time over its inferences.
   */
  readonly intervalSeconds: number;
  readonly energyJoules: number;
  /** Inferences per second and watt: 1 / energy. */
  readonly inferencesPerJoule: number;
}

/**
 * What a mapped network costs on its chip. The figures at the top level use the chip's numbers for arrays and converters
 * only, which are published where the read mode does not mark them assumed; `withAssumed` adds digital units and links.
 */
export interface ChipCost extends InferenceCost {
  readonly phases: Phases;
  readonly cores: number;
  readonly fits: boolean;
  /** 0..1, see {@link Mapping}. */
  readonly utilisation: number;
  /** Vectors of all layers in one inference. */
  readonly positions: number;
  /** Products of all cores in one inference. */
  readonly coreMvms: number;
  /**
   * Energy if a core's converters were switched off column by column: the least that a partly used core can cost. The
   * truth lies between this and `energyJoules`; it is unpublished.
   */
  readonly energyLowerJoules: number;
  /** The layer whose core is busiest: what limits the throughput. */
  readonly bottleneck: string;
  /** Used cores, and the shared part of every chip that is used. */
  readonly areaSquareMillimetres: number;
  readonly layers: readonly LayerCost[];
  readonly withAssumed: InferenceCost;
  readonly parts: readonly CostPart[];
  /** Activations that the layers send each other. */
  readonly traffic: readonly Traffic[];
  /** Writing the network into the arrays once; rests on assumed parameters. */
  readonly programming: { readonly seconds: number; readonly joules: number };
}

/** Options of {@link chipCost}. */
export interface CostOptions {
  /** Read mode of the arrays; by default 1, or the chip's first where it lacks that. */
  readonly phases?: Phases;
  /** Inferences that share one writing of the arrays where they are written in rounds; 1 by default. */
  readonly batch?: number;
}

/**
 * Time, energy and area of a mapped network, in closed form.
 *
 * Latency: sum over layers of vectors per copy x T, a layer's blocks working side by side unless they share a core.
 * Interval: the work of the busiest core; of a chip written in rounds (latency + (batch - 1) x the work of each round's
 * busiest core) / batch. Energy: products x energy of a full core. T and the energy are the chip's
 * published figures for arrays and converters; digital units, links and writing in rounds rest on assumed parameters and
 * count in `withAssumed` only. docs/models.md has the formulas.
 *
 * @throws CHIP_INVALID when the chip lacks the read mode; USAGE for a batch that is no whole number from 1 on
 */
export function chipCost(mapping: Mapping, { phases, batch = 1 }: CostOptions = {}): ChipCost {
  requireCount(batch, Number.POSITIVE_INFINITY, 'batch', 'inferences in a batch');
  const { chip } = mapping;
  const mode = readMode(chip, phases);
  const activity = activityOf(mapping);
  const interval = intervalRule(mapping, batch);
  const arrays = arrayCost(activity, mode, interval);
  const programming = programmingCost(mapping);
  const parts = [...costParts(activity, chip, mode, arrays), ...rareParts(activity, mapping, programming, batch)];
  return {
    ...arrays,
    phases: mode.phases,
    cores: mapping.cores,
    fits: mapping.fits,
    utilisation: mapping.utilisation,
    positions: activity.positions,
    coreMvms: activity.coreMvms,
    energyLowerJoules: activity.fullCoreEquivalents * mode.mvmJoules.value,
    bottleneck: activity.bottleneck,
    areaSquareMillimetres: area(mapping),
    layers: activity.layers.map((layer) => ({
      id: layer.id,
      cores: layer.cores,
      coreMvms: layer.coreMvms,
      seconds: layer.vectors * mode.mvmSeconds.value,
      joules: layer.coreMvms * mode.mvmJoules.value,
    })),
    withAssumed: assumedCost(activity, chip, mode, parts, interval),
    parts,
    traffic: activity.traffic,
    programming,
  };
}

/** Time between two results, from the time of one inference and that of its busiest part. */
type IntervalRule = (latencySeconds: number, busiestSeconds: number) => number;

/** Where the chip is written in rounds, no inference enters a round before the whole batch has left the one before. */
function intervalRule({ rounds }: Mapping, batch: number): IntervalRule {
  return (latency, busiest) => (rounds === 1 ? busiest : (latency + (batch - 1) * busiest) / batch);
}

function arrayCost(activity: Activity, mode: ReadMode, interval: IntervalRule): InferenceCost {
  const latency = activity.serialVectors * mode.mvmSeconds.value;
  const busiest = activity.busiestCoreVectors * mode.mvmSeconds.value;
  return inferenceCost(latency, interval(latency, busiest), activity.coreMvms * mode.mvmJoules.value);
}

function assumedCost(
  activity: Activity,
  chip: Chip,
  mode: ReadMode,
  parts: readonly CostPart[],
  interval: IntervalRule,
): InferenceCost {
  const core = activity.busiestCoreVectors * (mode.mvmSeconds.value + chip.digital.vectorSeconds.value);
  const link = activity.busiestLinkBits / chip.links.bitsPerSecond.value;
  const digitalUnits = activity.digitalMacs * chip.digital.macSeconds.value;
  const chipLink = activity.chipBits / chip.chipLinks.bitsPerSecond.value;
  const rewriting = parts.find(({ name }) => name === 'rewriting')?.seconds ?? 0;
  const latency = total(parts, ({ seconds }) => seconds);
  const busiest = Math.max(core, link, digitalUnits, chipLink);
  const joules = total(parts, (part) => part.joules);
  return inferenceCost(latency, interval(latency - rewriting, busiest) + rewriting, joules);
}

function inferenceCost(latencySeconds: number, intervalSeconds: number, energyJoules: number): InferenceCost {
  return { latencySeconds, intervalSeconds, energyJoules, inferencesPerJoule: 1 / energyJoules };
}

function costParts(activity: Activity, chip: Chip, mode: ReadMode, arrays: InferenceCost): CostPart[] {
  const { digital, links } = chip;
  const bits = activity.activationBits + activity.partialSumBits;
  return [
    {
      name: 'arrays',
      seconds: arrays.latencySeconds,
      joules: arrays.energyJoules,
      assumed: mode.mvmSeconds.assumed || mode.mvmJoules.assumed,
    },
    {
      name: 'outputs',
      seconds: activity.serialVectors * digital.vectorSeconds.value,
      joules: activity.outputs * digital.outputJoules.value,
      assumed: true,
    },
    { name: 'partial sums', seconds: 0, joules: activity.partialSums * digital.addJoules.value, assumed: true },
    {
      name: 'digital layers',
      seconds: activity.digitalMacs * digital.macSeconds.value,
      joules: activity.digitalMacs * digital.macJoules.value,
      assumed: true,
    },
    {
      name: 'links',
      seconds: activity.transfers * links.hopSeconds.value + activity.lastVectorBits / links.bitsPerSecond.value,
      joules: bits * links.bitJoules.value,
      assumed: true,
    },
  ];
}

/** Parts that only several chips, or chips written in rounds, have. */
function rareParts(
  { chipBits, chipTransfers, chipLastVectorBits }: Activity,
  { chip, chips, rounds }: Mapping,
  programming: ChipCost['programming'],
  batch: number,
): CostPart[] {
  const { bitsPerSecond, hopSeconds, bitJoules } = chip.chipLinks;
  const rare: CostPart[] = [];
  if (chips > 1) {
    const seconds = chipTransfers * hopSeconds.value + chipLastVectorBits / bitsPerSecond.value;
    rare.push({ name: 'chip links', seconds, joules: chipBits * bitJoules.value, assumed: true });
  }
  if (rounds > 1) {
    const { seconds, joules } = programming;
    rare.push({ name: 'rewriting', seconds: seconds / batch, joules: joules / batch, assumed: true });
  }
  return rare;
}

function area(mapping: Mapping): number {
  const { chip, cores, chips } = mapping;
  const built = Math.min(cores, mapping.rounds > 1 ? capacityOf(mapping) : cores);
  const usedChips = Math.min(chips, Math.ceil(built / chip.cores.value));
  return built * chip.area.coreSquareMillimetres.value + usedChips * chip.area.sharedSquareMillimetres.value;
}

/**
 * The chips are written side by side, and so are a chip's cores, each as many devices at a time as its share allows: the
 * fullest core is last.
 */
function programmingCost(mapping: Mapping): ChipCost['programming'] {
  const { chip } = mapping;
  const { iterations, iterationSeconds, iterationJoules, devicesInParallel } = chip.programming;
  const perCell = chip.devicesPerWeight.value * iterations.value;
  const perCore = Math.max(1, devicesInParallel.value / chip.cores.value);
  const rounds = cellsPerCore(mapping);
  const chipSeconds = (cores: readonly number[]) =>
    Math.max(largest(cores) / perCore, sum(cores) / devicesInParallel.value);
  const serial = total(rounds, (chips) => largest(chips.map(chipSeconds)));
  const cells = total(rounds, (chips) => total(chips, sum));
  return {
    seconds: serial * perCell * iterationSeconds.value,
    joules: cells * perCell * iterationJoules.value,
  };
}

/** Cells in use, by round, chip and core. */
function cellsPerCore(mapping: Mapping): number[][][] {
  const { blocks, chips, rounds } = mapping;
  const cells = new Map<number, number>();
  for (const { core, rowRange, colRange } of blocks) {
    const own = (rowRange[1] - rowRange[0]) * (colRange[1] - colRange[0]);
    cells.set(core, (cells.get(core) ?? 0) + own);
  }
  const turns = Array.from({ length: rounds }, () => Array.from({ length: chips }, (): number[] => []));
  for (const [core, count] of cells) {
    turns[roundOf(mapping, core)]![chipOfCore(mapping, core)]!.push(count);
  }
  return turns;
}

function sum(numbers: readonly number[]): number {
  return total(numbers, (number) => number);
}
