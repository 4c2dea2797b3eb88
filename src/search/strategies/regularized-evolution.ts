import { z } from 'zod';
import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { BreedingStrategy } from './breeding-strategy.js';
import { Memory } from './memory.js';
import type { StrategyContext } from './strategy.js';

/** Options of {@link RegularizedEvolution}. */
export const regularizedEvolutionSchema = z.strictObject({
  population: z.number().int().min(2).default(50).describe('trials that live; the oldest dies first'),
  tournament: z.number().int().min(1).default(10).describe('members drawn to find one parent'),
});

export type RegularizedEvolutionOptions = z.output<typeof regularizedEvolutionSchema>;

/**
 * Ageing evolution of Real et al., "Regularized Evolution for Image Classifier Architecture Search" (2019): uniform
 * draws until the population is full; then the best of a random tournament among the youngest trials is mutated. It
 * works on measured trials only.
 */
export class RegularizedEvolution extends BreedingStrategy {
  constructor(
    context: StrategyContext,
    private readonly options: RegularizedEvolutionOptions,
  ) {
    super(context, options.population);
  }

  protected breeder(rng: Rng): () => Architecture {
    return () => this.context.space.mutate(this.#parent(rng), rng);
  }

  #parent(rng: Rng): Architecture {
    const living = this.memory.successes.slice(-this.options.population);
    const tournament = new Memory();
    tournament.tell(Array.from({ length: this.options.tournament }, () => rng.pick(living)));
    return tournament.ranked(this.context.avmLimit)[0]!.architecture;
  }
}
