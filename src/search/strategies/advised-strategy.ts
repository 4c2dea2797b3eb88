import { z } from 'zod';
import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { Candidates, drawNew } from './candidates.js';
import { Memory } from './memory.js';
import { type Advisor, requireAdvisor, type Strategy, type StrategyContext } from './strategy.js';

/** Option of strategies that choose a batch among candidates. */
export const poolSize = z
  .number()
  .int()
  .min(1)
  .default(200)
  .describe('architectures drawn, and as many near the best measured ones, that a batch is chosen from');

/**
 * What strategies that live by a surrogate have in common: uniform draws until the surrogate can be asked, then batches
 * that each strategy chooses in its own way, filled up by uniform draws where it finds too few.
 */
export abstract class AdvisedStrategy implements Strategy {
  protected readonly advisor: Advisor;
  /** Everything handed out so far. */
  protected readonly asked: Candidates;
  protected readonly memory = new Memory();
  #asks = 0;

  /** @param name the strategy's name, for the refusal of a search without a surrogate */
  constructor(
    protected readonly context: StrategyContext,
    name: string,
  ) {
    this.advisor = requireAdvisor(context, name);
    this.asked = new Candidates(context.space, context.admits);
  }

  tell(trials: Parameters<Strategy['tell']>[0]): void {
    this.memory.tell(trials);
  }

  ask(n: number): Architecture[] {
    const rng = this.context.rng.child(`ask/${this.#asks++}`);
    const known = this.memory.successes.length;
    const chosen = known > 0 && known >= this.advisor.after ? this.#learnAndChoose(n, rng) : [];
    for (const architecture of chosen) this.asked.add(architecture);
    return [...chosen, ...drawNew(n - chosen.length, this.asked, rng.child('draw'))];
  }

  /** Up to `n` new architectures, by what the surrogate has just learnt. */
  protected abstract choose(n: number, rng: Rng): Architecture[];

  #learnAndChoose(n: number, rng: Rng): Architecture[] {
    this.advisor.learn(this.memory.trials);
    return this.choose(n, rng);
  }
}
