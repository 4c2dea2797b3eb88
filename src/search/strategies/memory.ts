import type { Architecture } from '../../space/index.js';
import type { Point } from '../pareto/dominance.js';
import { paretoOrder } from '../pareto/order.js';
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
   * The successes, best first: those within the limit on the variation by objective (of several objectives by front, in
   * a front the less crowded first), then the others by how far they exceed it. Ties go to the earlier trial.
   */
  ranked(avmLimit: number): Success[] {
    const successes = this.successes;
    return paretoOrder(successes.map(({ outcome }) => pointOf(outcome, avmLimit))).map((i) => successes[i]!);
  }

  /** The best half of the successes, at least one where there is one and at most `most`. */
  parents(avmLimit: number, most: number): Architecture[] {
    const ranked = this.ranked(avmLimit);
    return ranked.slice(0, Math.min(most, Math.ceil(ranked.length / 2))).map(({ architecture }) => architecture);
  }
}

/** What a figure measured or predicted says of a candidate, the variation held to its limit. */
export function pointOf(
  { objective, objectives, avm }: Pick<Outcome, 'objective' | 'objectives' | 'avm'>,
  avmLimit: number,
): Point {
  return { objectives: objectives ?? [objective], violation: Math.max(0, avm - avmLimit) };
}
