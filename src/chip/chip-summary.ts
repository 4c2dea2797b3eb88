import { countNetwork, type NetworkGraph } from '../nn/index.js';
import { type ChipCost, type CostPart, chipCost, type InferenceCost, type LayerCost } from './cost.js';
import { assumedParameters } from './description.js';
import { explainFit, type FitExplanation } from './explain-fit.js';
import { checkLimits, type HardwareLimits, type LimitReport } from './limits.js';
import type { Block, Mapping, PlacementPolicy } from './mapping.js';
import type { Phases } from './read-mode.js';
import type { Traffic } from './traffic.js';

/** Everything that is known of a network on a chip, as plain data: what `kirchhoff map --json` prints. */
export interface ChipSummary extends InferenceCost {
  readonly network: string;
  readonly chip: string;
  readonly placement: PlacementPolicy;
  readonly chips: number;
  readonly rounds: number;
  readonly phases: Phases;
  readonly cores: number;
  readonly coresAvailable: number;
  readonly fits: boolean;
  readonly utilisation: number;
  /** Trainable parameters and batch norm statistics. */
  readonly parameters: number;
  readonly macs: number;
  readonly positions: number;
  readonly coreMvms: number;
  readonly energyLowerJoules: number;
  readonly bottleneck: string;
  readonly areaSquareMillimetres: number;
  /** With digital units, links and what else rests on assumed parameters. */
  readonly withAssumed: InferenceCost;
  /** The parameters that `withAssumed`, `programming` and the assumed parts rest on. */
  readonly assumedParameters: readonly string[];
  readonly programming: ChipCost['programming'];
  readonly parts: readonly CostPart[];
  readonly fit: FitExplanation;
  /** Against the limits that were asked for: the figures that use published numbers only. */
  readonly limits: LimitReport;
  /** The same for the time and energy of `withAssumed`. */
  readonly limitsWithAssumed: LimitReport;
  readonly layers: readonly (LayerCost & { readonly copies: number; readonly weights: number })[];
  readonly traffic: readonly Traffic[];
  /** Where every block lies. */
  readonly blocks: readonly Block[];
}

/** Puts mapping, cost, fit and limits of a network together. */
export function summarise(
  graph: NetworkGraph,
  mapping: Mapping,
  { limits = {}, ...options }: { phases?: Phases; batch?: number; limits?: HardwareLimits } = {},
): ChipSummary {
  const { parameters, macs } = countNetwork(graph);
  const { layers, ...cost } = chipCost(mapping, options);
  const mapped = new Map(mapping.layers.map((layer) => [layer.id, layer]));
  return {
    network: mapping.network,
    chip: mapping.chip.name,
    placement: mapping.placement,
    chips: mapping.chips,
    rounds: mapping.rounds,
    ...cost,
    coresAvailable: mapping.chip.cores.value * mapping.chips,
    parameters,
    macs,
    assumedParameters: assumedParameters(mapping.chip),
    fit: explainFit(mapping),
    limits: checkLimits({ parameters, macs, ...cost }, limits),
    limitsWithAssumed: checkLimits({ parameters, macs, ...cost, ...cost.withAssumed }, limits),
    layers: layers.map((layer) => ({
      ...layer,
      copies: mapped.get(layer.id)!.copies,
      weights: mapped.get(layer.id)!.weights,
    })),
    blocks: mapping.blocks,
  };
}
