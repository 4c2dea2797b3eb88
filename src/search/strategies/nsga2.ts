import { z } from 'zod';
import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { Candidates, drawNew } from './candidates.js';
import { Memory } from './memory.js';
import type { Strategy, StrategyContext } from './strategy.js';

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
export class Nsga2 implements Strategy {
  readonly #context: StrategyContext;
  readonly #options: Nsga2Options;
  readonly #asked: Candidates;
  readonly #memory = new Memory();
  #asks = 0;

  constructor(context: StrategyContext, options: Nsga2Options) {
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
    const { space, admits, avmLimit } = this.#context;
    const parents = this.#memory.ranked(avmLimit).slice(0, this.#options.population);
    const children = new Candidates(space, admits);
    if (parents.length > 0) {
      const ranked = parents.map(({ architecture }) => architecture);
      children.fill(n, () => nsga2Child(this.#context, ranked, this.#options.crossover, rng), {
        unwanted: this.#asked,
      });
    }
    for (const child of children.all) this.#asked.add(child);
    return children.all;
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
