import { describe, expect, it } from 'vitest';
import { Evolution, evolutionSchema, type StrategyContext } from '../../../src/search/index.js';
import { createRng } from '../../../src/tensor/index.js';
import { beatsRandom } from '../support/beats-random.js';
import { noisyAdvisor } from '../support/exact-advisor.js';
import { play, strategyContract } from '../support/strategy-contract.js';
import { toyOutcome, toySpace } from '../support/toy-space.js';

const small = evolutionSchema.parse({ population: 20, generations: 5, crossover: 0.2 });

strategyContract('evolution on measured trials', (context) => new Evolution(context, small));
strategyContract(
  'evolution with a surrogate',
  (context) => new Evolution({ ...context, advisor: noisyAdvisor(8, 0.02) }, small),
);

describe('evolution', () => {
  it('beats random search on the toy landscape in most of 40 seeds, with a surrogate and without', () => {
    const game = { seeds: 40, rounds: 20, batch: 5 };
    expect(beatsRandom((context) => new Evolution(context, small), game)).toBeGreaterThanOrEqual(32);
    const advised = (context: StrategyContext) => new Evolution({ ...context, advisor: noisyAdvisor(16, 0.05) }, small);
    expect(beatsRandom(advised, game)).toBeGreaterThanOrEqual(32);
  });

  it('asks the surrogate only once it may, and then before every batch, about all trials so far', () => {
    const advisor = noisyAdvisor(8, 0.02);
    const strategy = new Evolution(contextOf(2, { advisor }), small);
    play(strategy, 6, 4);
    // 4 trials per batch, every fifth fails: 3, 7, 10, 13, 16, 20 successes after each batch
    expect(advisor.learnt).toEqual([12, 16, 20]);
  });

  it('holds candidates to the predicted variation while enough of them meet it', () => {
    const strategy = new Evolution(contextOf(4, { advisor: noisyAdvisor(8, 0.02), avmLimit: 0.05 }), small);
    const batches = play(strategy, 6, 4);
    const evolved = batches.slice(3).flat();
    expect(evolved.every((a) => toyOutcome(a).avm <= 0.05)).toBe(true);
    expect(
      batches
        .slice(0, 2)
        .flat()
        .some((a) => toyOutcome(a).avm > 0.05),
    ).toBe(true);
  });

  it('draws the explored share uniformly', () => {
    const options = { ...small, explore: 1 };
    const explored = play(new Evolution(contextOf(5, { advisor: noisyAdvisor(4, 0) }), options), 10, 8).flat();
    const evolved = play(new Evolution(contextOf(5, { advisor: noisyAdvisor(4, 0) }), small), 10, 8).flat();
    const mean = (list: typeof explored) => list.reduce((sum, a) => sum + toyOutcome(a).objective, 0) / list.length;
    expect(mean(evolved)).toBeGreaterThan(mean(explored) + 0.1);
  });
});

function contextOf(seed: number, more: Partial<StrategyContext> = {}): StrategyContext {
  return { space: toySpace(), admits: () => true, avmLimit: 1, rng: createRng(seed, 'strategy'), ...more };
}
