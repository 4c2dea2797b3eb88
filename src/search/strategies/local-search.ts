import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { nonDominatedFronts } from '../pareto/fronts.js';
import { Candidates, drawNew } from './candidates.js';
import { Memory, pointOf } from './memory.js';
import type { Strategy, StrategyContext } from './strategy.js';

/**
 * Local search (White et al., "Exploring the Loss Landscape in Neural Architecture Search", 2021): uniform draws, then
 * always neighbours of the best so far in random order; where none is left untried, it climbs anew from fresh draws.
 * With several objectives the neighbours of the whole front of a climb are tried in turn (Pareto local search).
 */
export class LocalSearch implements Strategy {
  readonly #context: StrategyContext;
  readonly #asked: Candidates;
  readonly #memory = new Memory();
  /** Architectures of climbs that have ended. */
  readonly #behind: Candidates;
  #asks = 0;

  constructor(context: StrategyContext) {
    this.#context = context;
    this.#asked = new Candidates(context.space, context.admits);
    this.#behind = new Candidates(context.space, context.admits);
  }

  tell(trials: Parameters<Strategy['tell']>[0]): void {
    this.#memory.tell(trials);
  }

  ask(n: number): Architecture[] {
    const rng = this.#context.rng.child(`ask/${this.#asks++}`);
    const near = this.#untried(n, rng);
    if (near.length < n) for (const { architecture } of this.#memory.successes) this.#behind.add(architecture);
    for (const architecture of near) this.#asked.add(architecture);
    return [...near, ...drawNew(n - near.length, this.#asked, rng.child('draw'))];
  }

  /** The best of the present climb; of several objectives its front. */
  #tops(): Architecture[] {
    const own = this.#memory.successes.filter(({ architecture }) => !this.#behind.has(architecture));
    const points = own.map(({ outcome }) => pointOf(outcome, this.#context.avmLimit));
    return (nonDominatedFronts(points)[0] ?? []).map((i) => own[i]!.architecture);
  }

  /** Up to `n` neighbours of the best that were never asked, one of each best in turn. */
  #untried(n: number, rng: Rng): Architecture[] {
    const { space, admits } = this.#context;
    const around = this.#tops().map((top) => rng.shuffle(space.neighbours(top)));
    const fresh = new Candidates(space, admits);
    for (let turn = 0; around.some((list) => turn < list.length); turn++) {
      for (const list of around) {
        if (fresh.size === n) return fresh.all;
        const architecture = list[turn];
        if (architecture === undefined || !space.withinLimits(architecture)) continue;
        if (!this.#asked.has(architecture)) fresh.add(architecture);
      }
    }
    return fresh.all;
  }
}
