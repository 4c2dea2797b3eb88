import { describe, expect, it } from 'vitest';
import {
  type Advisor,
  Bananas,
  Bayesian,
  bananasSchema,
  bayesianSchema,
  Evolution,
  evolutionSchema,
  type Opinion,
  type Strategy,
  type StrategyContext,
  SurrogateNsga2,
  surrogateNsga2Schema,
} from '../../../src/search/index.js';
import type { Architecture } from '../../../src/space/index.js';
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

describe('Bayesian optimisation under a limit on the variation', () => {
  type Belief = Pick<Opinion, 'mean' | 'avm' | 'avmDeviation'>;
  const isHigh = ({ params }: Architecture) => params.g0! >= 5;

  /**
   * Share of a batch with a high first gene, where that gene decides on what the surrogate believes; after eight trials, of
   * which those with a low one varied by 0.03, the others by 0.2.
   */
  const shareOfHigh = (avmLimit: number, high: Belief, low: Belief): number => {
    const advisor: Advisor = {
      after: 8,
      learn: () => {},
      score: (architectures) =>
        architectures.map((architecture) => {
          const belief = isHigh(architecture) ? high : low;
          return { ...belief, score: belief.mean, deviation: 1, std: 0.01, inRange: true };
        }),
    };
    const context = { space: toySpace(), admits: () => true, avmLimit, rng: createRng(4, 'strategy'), advisor };
    const strategy = new Bayesian(context, bayesianSchema.parse({}));
    const told = strategy.ask(8).map((architecture, number) => {
      return { number, architecture, outcome: { objective: 0.5, avm: isHigh(architecture) ? 0.2 : 0.03, std: 0.01 } };
    });
    strategy.tell(told);
    const batch = strategy.ask(10);
    return batch.filter(isHigh).length / batch.length;
  };
  /** High ones promise much, and vary a little more than 0.05. */
  const tempted = (avmDeviation: number) =>
    shareOfHigh(0.05, { mean: 2, avm: 0.051, avmDeviation }, { mean: 0, avm: 0.049, avmDeviation });

  it('risks what is hardly beyond it for a great improvement, but not where it is surely beyond', () => {
    expect(tempted(0.05)).toBe(1);
    expect(tempted(0.0001)).toBe(0);
  });

  it('takes the spread of what is measured where the surrogate cannot tell how unsure it is', () => {
    expect(tempted(Number.NaN)).toBe(1);
  });

  it('is not held back by a limit that every variation keeps', () => {
    const [high, low] = [
      { mean: 0.1, avm: 0.9, avmDeviation: 0.5 },
      { mean: 0, avm: 0.1, avmDeviation: 0.5 },
    ];
    expect(shareOfHigh(1, high, low)).toBe(1);
    expect(shareOfHigh(0.99, high, low)).toBe(0);
  });
});

it('evolution on a surrogate covers more volume than random search with two objectives in most of 12 seeds', () => {
  const options = evolutionSchema.parse({ population: 20, generations: 5 });
  const advised = (context: StrategyContext) =>
    new Evolution({ ...context, advisor: noisyFrontAdvisor(16, 0.05) }, options);
  expect(coversMoreThanRandom(advised, { seeds: 12, rounds: 12, batch: 5 })).toBeGreaterThanOrEqual(10);
});
