import type { Architecture } from '../../space/index.js';
import type { Outcome, ToldTrial } from './strategy.js';

/** A trial that succeeded. */
export interface Success extends ToldTrial {
  readonly outcome: Outcome;
}

/** The trials a strategy was told, by number: the same whatever order they were told in. */
export class Memory {
  readonly #trials = new Map<number, ToldTrial>();

  tell(trials: readonly ToldTrial[]): void {
    for (const trial of trials) this.#trials.set(trial.number, trial);
  }

  /** All trials in ascending number. */
  get trials(): ToldTrial[] {
    return [...this.#trials.values()].sort((a, b) => a.number - b.number);
  }

  /** The trials that succeeded, in ascending number. */
  get successes(): Success[] {
    return this.trials.filter((trial): trial is Success => trial.outcome !== null);
  }

  /**
   * The successes, best first: those within the limit on the variation by objective, then the others by how far they
   * exceed it. Ties go to the earlier trial.
   */
  ranked(avmLimit: number): Success[] {
    return this.successes.sort(
      (a, b) =>
        excess(a, avmLimit) - excess(b, avmLimit) || b.outcome.objective - a.outcome.objective || a.number - b.number,
    );
  }

  /** The best half of the successes, at least one where there is one and at most `most`. */
  parents(avmLimit: number, most: number): Architecture[] {
    const ranked = this.ranked(avmLimit);
    return ranked.slice(0, Math.min(most, Math.ceil(ranked.length / 2))).map(({ architecture }) => architecture);
  }
}

function excess(trial: Success, avmLimit: number): number {
  return Math.max(0, trial.outcome.avm - avmLimit);
}
