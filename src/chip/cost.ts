import { type Activity, activityOf } from './activity.js';
import type { Chip } from './description.js';
import type { Mapping } from './mapping.js';
import { type Phases, type ReadMode, readMode } from './read-mode.js';

/** Time and energy of one part of the work of an inference. */
export interface CostPart {
  readonly name: 'arrays' | 'outputs' | 'partial sums' | 'digital layers' | 'links';
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
  /** Time between two results when inferences stream through the chip. */
  readonly intervalSeconds: number;
  readonly energyJoules: number;
  /** Inferences per second and watt: 1 / energy. */
  readonly inferencesPerJoule: number;
}

/**
 * What a mapped network costs on its chip. The figures at the top level use published numbers only (arrays and
 * converters); `withAssumed` adds digital units and links.
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
  /** Used cores, and the shared part of the chip once one is used. */
  readonly areaSquareMillimetres: number;
  readonly layers: readonly LayerCost[];
  readonly withAssumed: InferenceCost;
  readonly parts: readonly CostPart[];
  /** Writing the network into the arrays once; rests on assumed parameters. */
  readonly programming: { readonly seconds: number; readonly joules: number };
}

/**
 * Time, energy and area of a mapped network, in closed form.
 *
 * Latency: sum over layers of vectors per copy x T, a layer's blocks working side by side unless they share a core.
 * Interval: the work of the busiest core. Energy: products x energy of a full core. Source: reference table 1.6 (HERMES),
 * where T_digital = 0 unless assumed parameters are used.
 *
 * @throws CHIP_INVALID when the chip lacks the read mode
 */
export function chipCost(mapping: Mapping, { phases = 1 }: { readonly phases?: Phases } = {}): ChipCost {
  const { chip } = mapping;
  const mode = readMode(chip, phases);
  const activity = activityOf(mapping);
  const arrays = arrayCost(activity, mode);
  const parts = costParts(activity, chip, arrays);
  return {
    ...arrays,
    phases,
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
    withAssumed: assumedCost(activity, chip, mode, parts),
    parts,
    programming: programmingCost(mapping),
  };
}

function arrayCost(activity: Activity, mode: ReadMode): InferenceCost {
  return inferenceCost(
    activity.serialVectors * mode.mvmSeconds.value,
    activity.busiestCoreVectors * mode.mvmSeconds.value,
    activity.coreMvms * mode.mvmJoules.value,
  );
}

function assumedCost(activity: Activity, chip: Chip, mode: ReadMode, parts: readonly CostPart[]): InferenceCost {
  const total = (key: 'seconds' | 'joules') => parts.reduce((sum, part) => sum + part[key], 0);
  const core = activity.busiestCoreVectors * (mode.mvmSeconds.value + chip.digital.vectorSeconds.value);
  const link = activity.busiestLinkBits / chip.links.bitsPerSecond.value;
  const digitalUnits = activity.digitalMacs * chip.digital.macSeconds.value;
  return inferenceCost(total('seconds'), Math.max(core, link, digitalUnits), total('joules'));
}

function inferenceCost(latencySeconds: number, intervalSeconds: number, energyJoules: number): InferenceCost {
  return { latencySeconds, intervalSeconds, energyJoules, inferencesPerJoule: 1 / energyJoules };
}

function costParts(activity: Activity, chip: Chip, arrays: InferenceCost): CostPart[] {
  const { digital, links } = chip;
  const bits = activity.activationBits + activity.partialSumBits;
  return [
    { name: 'arrays', seconds: arrays.latencySeconds, joules: arrays.energyJoules, assumed: false },
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

function area({ chip, cores }: Mapping): number {
  return cores * chip.area.coreSquareMillimetres.value + chip.area.sharedSquareMillimetres.value;
}

function programmingCost({ blocks, chip }: Mapping): ChipCost['programming'] {
  const cells = blocks.reduce(
    (sum, { rowRange, colRange }) => sum + (rowRange[1] - rowRange[0]) * (colRange[1] - colRange[0]),
    0,
  );
  const { iterations, iterationSeconds, iterationJoules, devicesInParallel } = chip.programming;
  const pulses = cells * chip.devicesPerWeight.value * iterations.value;
  return {
    seconds: (pulses / devicesInParallel.value) * iterationSeconds.value,
    joules: pulses * iterationJoules.value,
  };
}
