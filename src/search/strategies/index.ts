import { z } from 'zod';
import type { SurrogateKind } from '../../surrogate/index.js';
import { Bananas, bananasSchema } from './bananas.js';
import { Bayesian, bayesianSchema } from './bayesian.js';
import { Evolution, evolutionSchema } from './evolution.js';
import { LocalSearch } from './local-search.js';
import { Nsga2, nsga2Schema } from './nsga2.js';
import { RandomSearch } from './random.js';
import { RegularizedEvolution, regularizedEvolutionSchema } from './regularized-evolution.js';
import type { Strategy, StrategyContext } from './strategy.js';
import { SurrogateNsga2, surrogateNsga2Schema } from './surrogate-nsga2.js';

/** How a strategy is made, and the options that it knows with their defaults. */
interface Recipe<Schema extends z.ZodObject> {
  readonly options: Schema;
  readonly create: (context: StrategyContext, options: z.output<Schema>) => Strategy;
  /** The kind of surrogate that advises it unless another is named, and whether it can do without one. */
  readonly surrogate: { readonly kind: SurrogateKind; readonly needed: boolean } | null;
}

function recipe<Schema extends z.ZodObject>(
  options: Schema,
  create: Recipe<Schema>['create'],
  surrogate: Recipe<Schema>['surrogate'] = null,
): Recipe<Schema> {
  return { options, create, surrogate };
}

const none = z.strictObject({});

const strategies = {
  evolution: recipe(evolutionSchema, (context, options) => new Evolution(context, options), {
    kind: 'xgboost',
    needed: false,
  }),
  bayesian: recipe(bayesianSchema, (context, options) => new Bayesian(context, options), { kind: 'gp', needed: true }),
  bananas: recipe(bananasSchema, (context, options) => new Bananas(context, options), { kind: 'mlp', needed: true }),
  'surrogate-nsga2': recipe(surrogateNsga2Schema, (context, options) => new SurrogateNsga2(context, options), {
    kind: 'gp',
    needed: true,
  }),
  nsga2: recipe(nsga2Schema, (context, options) => new Nsga2(context, options)),
  'local-search': recipe(none, (context) => new LocalSearch(context)),
  'regularized-evolution': recipe(
    regularizedEvolutionSchema,
    (context, options) => new RegularizedEvolution(context, options),
  ),
  random: recipe(none, (context) => new RandomSearch(context)),
} as const;

/** Name of a strategy in configurations. */
export type StrategyName = keyof typeof strategies;

/** The strategies, the default first. To add one, see `docs/guides`. */
export const strategyNames = Object.keys(strategies) as [StrategyName, ...StrategyName[]];

/** Options of all strategies together; what is absent is as each strategy has it. */
export type StrategyOptions = Readonly<Record<string, unknown>>;

/** Builds a strategy; each takes the options it knows. */
export function createStrategy(name: StrategyName, context: StrategyContext, options: StrategyOptions): Strategy {
  const { options: schema, create } = strategies[name] as unknown as Recipe<z.ZodObject>;
  const known = Object.keys(schema.shape).filter((key) => options[key] !== undefined);
  return create(context, schema.parse(Object.fromEntries(known.map((key) => [key, options[key]]))));
}

/** The kind of surrogate that advises a strategy unless another is named; null where none can. */
export function surrogateOf(name: StrategyName): { readonly kind: SurrogateKind; readonly needed: boolean } | null {
  return strategies[name].surrogate;
}

/** The default of an option of each strategy that has it, for its description: `evolution 200, nsga2 20`. */
export function defaultsOf(option: string): string {
  return Object.entries(strategies as unknown as Record<string, Recipe<z.ZodObject>>)
    .flatMap(([name, { options }]) => {
      const member = options.shape[option];
      return member === undefined ? [] : [`${name} ${JSON.stringify((member as z.ZodType).parse(undefined))}`];
    })
    .join(', ');
}
