import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { Candidates, drawNew } from './candidates.js';
import { Memory } from './memory.js';
import type { Strategy, StrategyContext } from './strategy.js';

/**
 * What strategies share that breed from measured trials: uniform draws until the population is full, then children of
 * what was measured, and uniform draws again where no new child is found.
 */
export abstract class BreedingStrategy implements Strategy {
  protected readonly memory = new Memory();
  readonly #asked: Candidates;
  #asks = 0;

  constructor(
    protected readonly context: StrategyContext,
    private readonly population: number,
  ) {
    this.#asked = new Candidates(context.space, context.admits);
  }

  /** Makes children, one at each call, from {@link memory}, which holds at least one success. */
  protected abstract breeder(rng: Rng): () => Architecture;

  tell(trials: Parameters<Strategy['tell']>[0]): void {
    this.memory.tell(trials);
  }

  ask(n: number): Architecture[] {
    const rng = this.context.rng.child(`ask/${this.#asks++}`);
    const missing = Math.min(n, Math.max(0, this.population - this.#asked.size));
    const drawn = drawNew(missing, this.#asked, rng.child('draw'));
    const bred = this.#breed(n - drawn.length, rng.child('breed'));
    return [...drawn, ...bred, ...drawNew(n - drawn.length - bred.length, this.#asked, rng.child('fill'))];
  }

  #breed(n: number, rng: Rng): Architecture[] {
    const children = new Candidates(this.context.space, this.context.admits);
    if (this.memory.successes.length > 0) children.fill(n, this.breeder(rng), { unwanted: this.#asked });
    for (const child of children.all) this.#asked.add(child);
    return children.all;
  }
}
