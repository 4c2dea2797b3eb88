export { checkMapping } from './check-mapping.js';
export { type ChipSummary, summarise } from './chip-summary.js';
export { coreCount } from './core-count.js';
export {
  type ChipCost,
  type CostOptions,
  type CostPart,
  chipCost,
  type InferenceCost,
  type LayerCost,
} from './cost.js';
export { assumedParameters, type Chip, chipSchema, type Quantity, quantitiesOf } from './description.js';
export { explainFit, type FitExplanation } from './explain-fit.js';
export {
  checkLimits,
  type HardwareLimits,
  type LimitCheck,
  type LimitReport,
  limitKeys,
  longLimits,
  type NamedLimits,
  namedLimits,
  namedShortLimits,
  parseLimits,
  type ShortLimits,
} from './limits.js';
export { chipNames, loadChip } from './load-chip.js';
export { placementPolicies } from './map-layers.js';
export { type MappingOptions, mapNetwork } from './map-network.js';
export type {
  Block,
  Capacity,
  DepthwiseRule,
  MappedLayer,
  Mapping,
  MatrixLayer,
  PlacementPolicy,
  Range,
} from './mapping.js';
export { networkLayers } from './network-layers.js';
export { costBreakdown } from './pictures/cost-breakdown.js';
export { floorPlan } from './pictures/floor-plan.js';
export { gantt } from './pictures/gantt.js';
export { standalone } from './pictures/svg.js';
export { type Phases, type ReadMode, readMode } from './read-mode.js';
export { mostChips, mostInferences } from './require-count.js';
export {
  type SimulatedSpan,
  type Simulation,
  type SimulationOptions,
  simulateChip,
} from './simulation/simulate-chip.js';
export type { Traffic } from './traffic.js';
