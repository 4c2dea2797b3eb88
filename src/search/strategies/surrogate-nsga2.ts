import { z } from 'zod';
import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { AdvisedStrategy } from './advised-strategy.js';
import { Candidates } from './candidates.js';
import { nsga2Child } from './nsga2.js';
import { ScoredSet } from './scored-set.js';
import type { StrategyContext } from './strategy.js';

/** Options of {@link SurrogateNsga2}. */
export const surrogateNsga2Schema = z.strictObject({
  population: z.number().int().min(2).default(100).describe('architectures scored by the surrogate per generation'),
  generations: z.number().int().min(1).default(30).describe('generations on the surrogate before each batch of trials'),
  crossover: z.number().min(0).max(1).default(0.9).describe('share of children that have two parents'),
});

export type SurrogateNsga2Options = z.output<typeof surrogateNsga2Schema>;

/**
 * NSGA-II on predictions (as NSGANetV2 of Lu et al. 2020): uniform draws until the surrogate can be asked; then, before
 * each batch, generations of {@link nsga2Child} on predicted objectives, costs counted exactly. Measured are those on the
 * predicted front that stand alone most.
 */
export class SurrogateNsga2 extends AdvisedStrategy {
  readonly #options: SurrogateNsga2Options;

  constructor(context: StrategyContext, options: SurrogateNsga2Options) {
    super(context, 'surrogate-nsga2');
    this.#options = options;
  }

  protected choose(n: number, rng: Rng): Architecture[] {
    const { space, avmLimit } = this.context;
    const { generations, population } = this.#options;
    const scored = new ScoredSet(space, this.advisor);
    let ranked = scored.rank(this.#firstPopulation(rng.child('population')), avmLimit);
    for (let generation = 0; generation < generations; generation++) {
      const union = this.#withChildren(ranked, rng.child(`generation/${generation}`));
      ranked = scored.rank(union, avmLimit).slice(0, population);
    }
    const novel = scored.all.filter((architecture) => !this.asked.has(architecture));
    return scored.rank(novel, avmLimit).slice(0, n);
  }

  /** The better half of the measured architectures, filled up by uniform draws. */
  #firstPopulation(rng: Rng): Architecture[] {
    const { space, admits, avmLimit } = this.context;
    const { population } = this.#options;
    const members = new Candidates(space, admits, this.memory.parents(avmLimit, Math.ceil(population / 2)));
    members.fill(population, () => space.sample(rng), { patience: 50 });
    return members.all;
  }

  #withChildren(ranked: readonly Architecture[], rng: Rng): Architecture[] {
    const union = new Candidates(this.context.space, this.context.admits, ranked);
    const child = () => nsga2Child(this.context, ranked, this.#options.crossover, rng);
    union.fill(ranked.length + this.#options.population, child, { patience: 50 });
    return union.all;
  }
}
