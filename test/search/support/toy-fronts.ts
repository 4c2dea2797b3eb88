import { RandomSearch, type Strategy, type StrategyContext, type ToldTrial } from '../../../src/search/index.js';
import { hypervolume } from '../../../src/search/pareto/hypervolume.js';
import type { Architecture } from '../../../src/space/index.js';
import { createRng } from '../../../src/tensor/index.js';
import { toyOutcome, toySpace } from './toy-space.js';

/** The toy landscape with two objectives: the peak, and as small a sum of the genes as possible. */
export function toyObjectives(a: Architecture): readonly [number, number] {
  const sum = Object.values(a.params).reduce((total, value) => total + value, 0);
  return [toyOutcome(a).objective, 1 - sum / 72];
}

/** Plays a strategy on two objectives and returns the hypervolume of what it tried, above (0.2, 0). */
export function volumeReached(strategy: Strategy, rounds: number, batch: number): number {
  const points: (readonly number[])[] = [];
  for (let round = 0; round < rounds; round++) {
    const trials = strategy.ask(batch).map((architecture, i): ToldTrial => {
      const objectives = toyObjectives(architecture);
      points.push(objectives);
      return {
        number: round * batch + i,
        architecture,
        outcome: { ...toyOutcome(architecture), objective: objectives[0], objectives },
      };
    });
    strategy.tell(trials);
  }
  return hypervolume(points, [0.2, 0]);
}

/** In how many seeds a strategy's trials cover more volume than random search's. */
export function coversMoreThanRandom(
  create: (context: StrategyContext) => Strategy,
  { seeds, rounds, batch }: { seeds: number; rounds: number; batch: number },
): number {
  let wins = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const context = { space: toySpace(), admits: () => true, avmLimit: 1, rng: createRng(seed, 'strategy') };
    const own = volumeReached(create(context), rounds, batch);
    if (own > volumeReached(new RandomSearch(context), rounds, batch)) wins++;
  }
  return wins;
}
