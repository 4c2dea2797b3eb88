import { z } from 'zod';
import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { Candidates, drawNew } from './candidates.js';
import { Memory } from './memory.js';
import { nsga2Child } from './nsga2.js';
import { ScoredSet } from './scored-set.js';
import { type Advisor, requireAdvisor, type Strategy, type StrategyContext } from './strategy.js';

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
export class SurrogateNsga2 implements Strategy {
  readonly #context: StrategyContext;
  readonly #advisor: Advisor;
  readonly #options: SurrogateNsga2Options;
  readonly #asked: Candidates;
  readonly #memory = new Memory();
  #asks = 0;

  constructor(context: StrategyContext, options: SurrogateNsga2Options) {
    this.#context = context;
    this.#advisor = requireAdvisor(context, 'surrogate-nsga2');
    this.#options = options;
    this.#asked = new Candidates(context.space, context.admits);
  }

  tell(trials: Parameters<Strategy['tell']>[0]): void {
    this.#memory.tell(trials);
  }

  ask(n: number): Architecture[] {
    const rng = this.#context.rng.child(`ask/${this.#asks++}`);
    const known = this.#memory.successes.length;
    const chosen = known > 0 && known >= this.#advisor.after ? this.#evolve(n, rng) : [];
    for (const architecture of chosen) this.#asked.add(architecture);
    return [...chosen, ...drawNew(n - chosen.length, this.#asked, rng.child('draw'))];
  }

  #evolve(n: number, rng: Rng): Architecture[] {
    const { space, avmLimit } = this.#context;
    const { generations, population } = this.#options;
    this.#advisor.learn(this.#memory.trials);
    const scored = new ScoredSet(space, this.#advisor);
    let ranked = scored.rank(this.#firstPopulation(rng.child('population')), avmLimit);
    for (let generation = 0; generation < generations; generation++) {
      const union = this.#withChildren(ranked, rng.child(`generation/${generation}`));
      ranked = scored.rank(union, avmLimit).slice(0, population);
    }
    const novel = scored.all.filter((architecture) => !this.#asked.has(architecture));
    return scored.rank(novel, avmLimit).slice(0, n);
  }

  /** The better half of the measured architectures, filled up by uniform draws. */
  #firstPopulation(rng: Rng): Architecture[] {
    const { space, admits, avmLimit } = this.#context;
    const { population } = this.#options;
    const members = new Candidates(space, admits, this.#memory.parents(avmLimit, Math.ceil(population / 2)));
    members.fill(population, () => space.sample(rng), { patience: 50 });
    return members.all;
  }

  #withChildren(ranked: readonly Architecture[], rng: Rng): Architecture[] {
    const union = new Candidates(this.#context.space, this.#context.admits, ranked);
    const child = () => nsga2Child(this.#context, ranked, this.#options.crossover, rng);
    union.fill(ranked.length + this.#options.population, child, { patience: 50 });
    return union.all;
  }
}
