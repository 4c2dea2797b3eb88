import type { Strategy } from '../../search/index.js';
import { createStrategy, type StrategyName, type StrategyOptions, SurrogateAdvisor } from '../../search/index.js';
import { createSurrogate, type SurrogateKind } from '../../surrogate/index.js';
import { createRng } from '../../tensor/index.js';
import type { Tabular } from './tabular.js';

/** A strategy as it takes part in a comparison: with its options, and the surrogate that advises it. */
export interface Contender {
  /** Name in tables and plots. */
  readonly name: string;
  readonly strategy: StrategyName;
  readonly surrogate: SurrogateKind | null;
  readonly options: StrategyOptions;
}

/**
 * Every strategy. Populations are sized for some hundred queries; evolution takes part with its surrogate and, as plain
 * evolution, without.
 */
export const contenders: readonly Contender[] = [
  { name: 'random', strategy: 'random', surrogate: null, options: {} },
  { name: 'plain-evolution', strategy: 'evolution', surrogate: null, options: { population: 40 } },
  {
    name: 'regularized-evolution',
    strategy: 'regularized-evolution',
    surrogate: null,
    options: { population: 20, tournament: 5 },
  },
  { name: 'local-search', strategy: 'local-search', surrogate: null, options: {} },
  { name: 'nsga2', strategy: 'nsga2', surrogate: null, options: {} },
  { name: 'evolution', strategy: 'evolution', surrogate: 'xgboost', options: { population: 100, generations: 10 } },
  { name: 'bananas', strategy: 'bananas', surrogate: 'mlp', options: {} },
  { name: 'bayesian', strategy: 'bayesian', surrogate: 'gp', options: {} },
  {
    name: 'surrogate-nsga2',
    strategy: 'surrogate-nsga2',
    surrogate: 'gp',
    options: { population: 50, generations: 10 },
  },
];

/** Successful queries from which on a surrogate takes part. */
export const surrogateAfter = 20;

/** A contender ready to play; dispose of it afterwards. */
export interface Player {
  readonly strategy: Strategy;
  dispose(): void;
}

/** Sets a contender up for one game. All its chance comes from the seed. */
export function playerOf({ name, strategy, surrogate, options }: Contender, { space }: Tabular, seed: number): Player {
  const rng = createRng(seed, `benchmark/${name}`);
  const advisor =
    surrogate === null
      ? undefined
      : new SurrogateAdvisor(
          // nobody looks at held-out scores here, and evolution looks at the order only
          createSurrogate(surrogate, space, { folds: 0, ...(strategy === 'evolution' && { xgboost: { members: 0 } }) }),
          { after: surrogateAfter, rng: rng.child('surrogate') },
        );
  const context = {
    space,
    admits: () => true,
    avmLimit: 1,
    rng: rng.child('strategy'),
    ...(advisor !== undefined && { advisor }),
  };
  return { strategy: createStrategy(strategy, context, options), dispose: () => advisor?.dispose() };
}
