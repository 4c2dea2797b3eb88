import { Evolution, type EvolutionOptions } from './evolution.js';
import { RandomSearch } from './random.js';
import { RegularizedEvolution, type RegularizedEvolutionOptions } from './regularized-evolution.js';
import type { Strategy, StrategyContext } from './strategy.js';

type Options = EvolutionOptions & RegularizedEvolutionOptions;

const strategies = {
  evolution: (context: StrategyContext, options: Options) => new Evolution(context, options),
  'regularized-evolution': (context: StrategyContext, options: Options) => new RegularizedEvolution(context, options),
  random: (context: StrategyContext) => new RandomSearch(context),
} as const;

/** Name of a strategy in configurations. */
export type StrategyName = keyof typeof strategies;

/** The strategies, the default first. To add one, see `docs/guides`. */
export const strategyNames = Object.keys(strategies) as [StrategyName, ...StrategyName[]];

/** Builds a strategy; each takes the options it knows. */
export function createStrategy(name: StrategyName, context: StrategyContext, options: Options): Strategy {
  return strategies[name](context, options);
}
