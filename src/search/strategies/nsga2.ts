import { z } from 'zod';
import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { BreedingStrategy } from './breeding-strategy.js';
import type { StrategyContext } from './strategy.js';

/** Options of {@link Nsga2}. */
export const nsga2Schema = z.strictObject({
  population: z.number().int().min(2).default(20).describe('trials that may become parents'),
  crossover: z.number().min(0).max(1).default(0.9).describe('share of children that have two parents'),
});

export type Nsga2Options = z.output<typeof nsga2Schema>;

/**
 * NSGA-II of Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II" (2002) on measured trials:
 * uniform draws until the population is full; then children of parents that won a binary tournament by front and
 * crowding. The best of all trials, old and new, are the next parents.
 */
export class Nsga2 extends BreedingStrategy {
  constructor(
    context: StrategyContext,
    private readonly options: Nsga2Options,
  ) {
    super(context, options.population);
  }

  protected breeder(rng: Rng): () => Architecture {
    const parents = this.memory.ranked(this.context.avmLimit).slice(0, this.options.population);
    const ranked = parents.map(({ architecture }) => architecture);
    return () => nsga2Child(this.context, ranked, this.options.crossover, rng);
  }
}

/** A mutated child of one or two winners of binary tournaments. `ranked` holds the parents, best first. */
export function nsga2Child(
  { space }: Pick<StrategyContext, 'space'>,
  ranked: readonly Architecture[],
  crossover: number,
  rng: Rng,
): Architecture {
  const winner = () => ranked[Math.min(rng.int(0, ranked.length), rng.int(0, ranked.length))]!;
  const first = winner();
  return space.mutate(rng.chance(crossover) ? space.crossover(first, winner(), rng) : first, rng);
}
