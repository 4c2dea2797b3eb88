import { describe, expect, it } from 'vitest';
import {
  Bananas,
  Bayesian,
  bananasSchema,
  bayesianSchema,
  Evolution,
  evolutionSchema,
  type Strategy,
  type StrategyContext,
  SurrogateNsga2,
  surrogateNsga2Schema,
} from '../../../src/search/index.js';
import { createRng } from '../../../src/tensor/index.js';
import { beatsRandom } from '../support/beats-random.js';
import { noisyAdvisor, noisyFrontAdvisor } from '../support/exact-advisor.js';
import { play, strategyContract } from '../support/strategy-contract.js';
import { coversMoreThanRandom } from '../support/toy-fronts.js';
import { toyOutcome, toySpace } from '../support/toy-space.js';

const strategies: Record<string, (context: StrategyContext) => Strategy> = {
  'Bayesian optimisation': (context) => new Bayesian(context, bayesianSchema.parse({ candidates: 40 })),
  BANANAS: (context) => new Bananas(context, bananasSchema.parse({ candidates: 40 })),
  'NSGA-II on a surrogate': (context) =>
    new SurrogateNsga2(context, surrogateNsga2Schema.parse({ population: 20, generations: 5 })),
};

describe.each(Object.entries(strategies))('%s', (name, create) => {
  strategyContract(name, (context) => create({ ...context, advisor: noisyAdvisor(8, 0.02) }));

  it('beats random search on one objective in most of 12 seeds', () => {
    const advised = (context: StrategyContext) => create({ ...context, advisor: noisyAdvisor(16, 0.05) });
    expect(beatsRandom(advised, { seeds: 12, rounds: 12, batch: 5 })).toBeGreaterThanOrEqual(10);
  });

  it('covers more volume than random search with two objectives in most of 12 seeds', () => {
    const advised = (context: StrategyContext) => create({ ...context, advisor: noisyFrontAdvisor(16, 0.05) });
    expect(coversMoreThanRandom(advised, { seeds: 12, rounds: 12, batch: 5 })).toBeGreaterThanOrEqual(10);
  });

  it('asks the surrogate only once it may, and holds candidates to the variation that it predicts', () => {
    const advisor = noisyAdvisor(8, 0.02);
    const context = { space: toySpace(), admits: () => true, avmLimit: 0.05, rng: createRng(4, 'strategy') };
    const batches = play(create({ ...context, advisor }), 6, 4);
    expect(advisor.learnt).toEqual([12, 16, 20]);
    const within = (list: typeof batches) => {
      const all = list.flat();
      return all.filter((a) => toyOutcome(a).avm <= 0.05).length / all.length;
    };
    // a fifth of all architectures keep the limit
    expect(within(batches.slice(3))).toBeGreaterThan(0.8);
    expect(within(batches.slice(0, 2))).toBeLessThan(0.8);
  });

  it('says that it works with a surrogate', () => {
    const context = { space: toySpace(), admits: () => true, avmLimit: 1, rng: createRng(1) };
    expect(() => create(context)).toThrow('works with a surrogate');
  });
});

it('evolution on a surrogate covers more volume than random search with two objectives in most of 12 seeds', () => {
  const options = evolutionSchema.parse({ population: 20, generations: 5 });
  const advised = (context: StrategyContext) =>
    new Evolution({ ...context, advisor: noisyFrontAdvisor(16, 0.05) }, options);
  expect(coversMoreThanRandom(advised, { seeds: 12, rounds: 12, batch: 5 })).toBeGreaterThanOrEqual(10);
});
