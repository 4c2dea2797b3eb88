import { z } from 'zod';
import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { Candidates, drawNew } from './candidates.js';
import { Memory } from './memory.js';
import type { Strategy, StrategyContext } from './strategy.js';

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
export class RegularizedEvolution implements Strategy {
  readonly #context: StrategyContext;
  readonly #options: RegularizedEvolutionOptions;
  readonly #asked: Candidates;
  readonly #memory = new Memory();
  #asks = 0;

  constructor(context: StrategyContext, options: RegularizedEvolutionOptions) {
    this.#context = context;
    this.#options = options;
    this.#asked = new Candidates(context.space, context.admits);
  }

  tell(trials: Parameters<Strategy['tell']>[0]): void {
    this.#memory.tell(trials);
  }

  ask(n: number): Architecture[] {
    const rng = this.#context.rng.child(`ask/${this.#asks++}`);
    const missing = Math.min(n, Math.max(0, this.#options.population - this.#asked.size));
    const drawn = drawNew(missing, this.#asked, rng.child('draw'));
    const bred = this.#breed(n - drawn.length, rng.child('breed'));
    return [...drawn, ...bred, ...drawNew(n - drawn.length - bred.length, this.#asked, rng.child('fill'))];
  }

  #breed(n: number, rng: Rng): Architecture[] {
    const children = new Candidates(this.#context.space, this.#context.admits);
    if (this.#memory.successes.length > 0) {
      children.fill(n, () => this.#context.space.mutate(this.#parent(rng), rng), { unwanted: this.#asked });
    }
    for (const child of children.all) this.#asked.add(child);
    return children.all;
  }

  #parent(rng: Rng): Architecture {
    const living = this.#memory.successes.slice(-this.#options.population);
    const tournament = new Memory();
    tournament.tell(Array.from({ length: this.#options.tournament }, () => rng.pick(living)));
    return tournament.ranked(this.#context.avmLimit)[0]!.architecture;
  }
}
