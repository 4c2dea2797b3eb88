export {
  type ComparisonOptions,
  compareStrategies,
  type StrategyComparison,
  type StrategyRun,
  type StrategySummary,
} from './compare-strategies.js';
