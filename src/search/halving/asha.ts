import { paretoOrder } from '../pareto/order.js';
import { Memory, pointOf } from '../strategies/memory.js';
import type { Outcome, ToldTrial } from '../strategies/strategy.js';
import type { Halving } from './schema.js';

/**
 * Promotions of ASHA (Li et al., "A System for Massively Parallel Hyperparameter Tuning", 2020): whenever a trial is to
 * begin, the best of a rung that was not yet promoted moves up, if it is among the best 1 / factor of those that finished
 * there; rungs from above. With several objectives "best" is by non-dominated sorting, in a front the less crowded first
 * (Schmucker et al. 2021), limits by constraint-domination. What it decides depends on what it was told before, and that
 * is told by whole batches in the order of trial numbers: the number of workers changes nothing.
 */
export class Asha {
  readonly #memory = new Memory();
  readonly #promoted = new Set<number>();

  constructor(
    private readonly halving: Pick<Halving, 'factor' | 'rungs'>,
    private readonly avmLimit: number,
  ) {}

  tell(trials: readonly ToldTrial[]): void {
    this.#memory.tell(trials);
  }

  /** Up to `n` trials to be continued one rung higher, the highest rungs first. Each is handed out once. */
  promotions(n: number): ToldTrial[] {
    const { rungs } = this.halving;
    const due: ToldTrial[] = [];
    for (let rung = rungs - 2; rung >= 0; rung--) due.push(...this.#dueOn(rung));
    const chosen = due.slice(0, n);
    for (const { number } of chosen) this.#promoted.add(number);
    return chosen;
  }

  #dueOn(rung: number): ToldTrial[] {
    const finished = this.#memory.trials.filter((trial) => trial.rung === rung);
    const successes = finished.filter((trial): trial is ToldTrial & { outcome: Outcome } => trial.outcome !== null);
    const best = paretoOrder(successes.map(({ outcome }) => pointOf(outcome, this.avmLimit)))
      .slice(0, Math.floor(finished.length / this.halving.factor))
      .map((i) => successes[i]!);
    return best.filter(({ number }) => !this.#promoted.has(number));
  }
}
