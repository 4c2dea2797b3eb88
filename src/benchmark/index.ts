export {
  compareNetworks,
  type NetworkComparison,
  type NetworkComparisonOptions,
  type NetworkDifference,
  type NetworkMeasurement,
  type NetworkSummary,
  type SeedMean,
} from './compare-networks.js';
export {
  type ComparisonOptions,
  compareStrategies,
  type StrategyComparison,
  type StrategyRun,
  type StrategySummary,
} from './compare-strategies.js';
export { type ContenderResult, compareOnTable, type TabularComparison } from './tabular/compare.js';
export { type Contender, contenders } from './tabular/contenders.js';
export type { Interval } from './tabular/interval.js';
export { regretPlot } from './tabular/regret-plot.js';
export { readTabular, type Tabular } from './tabular/tabular.js';
