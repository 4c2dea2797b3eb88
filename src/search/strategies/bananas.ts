import { z } from 'zod';
import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { paretoOrder } from '../pareto/order.js';
import { AdvisedStrategy, poolSize } from './advised-strategy.js';
import { Candidates } from './candidates.js';
import { pointOf } from './memory.js';
import { ScoredSet } from './scored-set.js';
import type { Opinion, StrategyContext } from './strategy.js';

/** Options of {@link Bananas}. */
export const bananasSchema = z.strictObject({ candidates: poolSize });

export type BananasOptions = z.output<typeof bananasSchema>;

/** Measured architectures whose mutations are looked at. */
const parents = 20;

/** Most mutations between a parent and a candidate. */
const steps = 2;

/**
 * BANANAS (White, Neiswanger and Savani, "BANANAS: Bayesian Optimization with Neural Architectures for Neural
 * Architecture Search", 2021): uniform draws until an ensemble of predictors can be asked; then mutations of the best
 * measured architectures, chosen by independent Thompson sampling: each candidate's value is drawn once from its
 * prediction and its uncertainty, and the highest draws are measured.
 */
export class Bananas extends AdvisedStrategy {
  readonly #options: BananasOptions;

  constructor(context: StrategyContext, options: BananasOptions) {
    super(context, 'bananas');
    this.#options = options;
  }

  protected choose(n: number, rng: Rng): Architecture[] {
    const { space, admits, avmLimit } = this.context;
    const near = this.memory.ranked(avmLimit).slice(0, parents);
    const pool = new Candidates(space, admits);
    const each = this.#options.candidates;
    pool.fill(each, () => this.#mutated(rng.pick(near).architecture, rng), { unwanted: this.asked, patience: 50 });
    pool.fill(pool.size + each, () => space.sample(rng), { unwanted: this.asked, patience: 50 });
    const candidates = pool.all;
    const draws = rng.child('thompson');
    const points = new ScoredSet(space, this.advisor)
      .opinions(candidates)
      .map((opinion) => this.#drawn(opinion, draws));
    return paretoOrder(points)
      .slice(0, n)
      .map((i) => candidates[i]!);
  }

  #mutated(parent: Architecture, rng: Rng): Architecture {
    let child = this.context.space.mutate(parent, rng);
    for (let step = rng.int(1, steps + 1); step > 1; step--) child = this.context.space.mutate(child, rng);
    return child;
  }

  /** An opinion with its mean and its variation drawn from what is believed of them. */
  #drawn({ mean, deviation, avm, avmDeviation, objectives }: Opinion, rng: Rng) {
    const objective = rng.normal(mean, deviation);
    const scored = this.advisor.scored ?? 0;
    const drawn = objectives?.map((value, i) => (i === scored ? objective : value));
    const variation = avmDeviation > 0 ? rng.normal(avm, avmDeviation) : avm;
    return pointOf(
      { objective, avm: variation, ...(drawn !== undefined && { objectives: drawn }) },
      this.context.avmLimit,
    );
  }
}
