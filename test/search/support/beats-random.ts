import { RandomSearch, type Strategy, type StrategyContext } from '../../../src/search/index.js';
import { createRng } from '../../../src/tensor/index.js';
import { play } from './strategy-contract.js';
import { toyOutcome, toySpace } from './toy-space.js';

/** In how many seeds a strategy's best trial is better than random search's best of as many trials. */
export function beatsRandom(
  create: (context: StrategyContext) => Strategy,
  { seeds, rounds, batch }: { seeds: number; rounds: number; batch: number },
): number {
  const best = (strategy: Strategy) =>
    Math.max(
      ...play(strategy, rounds, batch)
        .flat()
        .map((a) => toyOutcome(a).objective),
    );
  let wins = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const context = { space: toySpace(), admits: () => true, avmLimit: 1, rng: createRng(seed, 'strategy') };
    if (best(create(context)) > best(new RandomSearch(context))) wins++;
  }
  return wins;
}
