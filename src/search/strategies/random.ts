import type { Architecture } from '../../space/index.js';
import { Candidates, drawNew } from './candidates.js';
import type { Strategy, StrategyContext } from './strategy.js';

/** Uniform sampling within the limits, each architecture at most once: the yardstick for every other strategy. */
export class RandomSearch implements Strategy {
  readonly #asked: Candidates;
  readonly #context: StrategyContext;
  #asks = 0;

  constructor(context: StrategyContext) {
    this.#context = context;
    this.#asked = new Candidates(context.space, context.admits);
  }

  ask(n: number): Architecture[] {
    return drawNew(n, this.#asked, this.#context.rng.child(`ask/${this.#asks++}`));
  }

  tell(): void {
    // random search learns nothing
  }
}
