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

  /** The trials that succeeded, in ascending number; of an architecture on several rungs the one on the highest. */
  get successes(): Success[] {
    const successes = this.trials.filter((trial): trial is Success => trial.outcome !== null);
    const promoted = new Set(successes.map(({ promotes }) => promotes));
    return successes.filter(({ number }) => !promoted.has(number));
  }

  /**
   * The successes, best first: those within the limit on the variation by objective (of several objectives by front, in
   * a front the less crowded first), then the others by how far they exceed it. Ties go to the earlier trial. Outcomes of
   * different fidelity cannot be compared: a trial on a higher rung, which was promoted for being among the best, comes
   * before all on lower rungs.
   */
  ranked(avmLimit: number): Success[] {
    return byRung(this.successes).flatMap((rung) =>
      paretoOrder(rung.map(({ outcome }) => pointOf(outcome, avmLimit))).map((i) => rung[i]!),
    );
  }

  /** The best half of the successes, at least one where there is one and at most `most`. */
  parents(avmLimit: number, most: number): Architecture[] {
    const ranked = this.ranked(avmLimit);
    return ranked.slice(0, Math.min(most, Math.ceil(ranked.length / 2))).map(({ architecture }) => architecture);
  }
}

/** Trials by their fidelity, the highest first. */
export function byRung<T extends { readonly rung?: number | undefined }>(trials: readonly T[]): T[][] {
  const rungs = new Map<number, T[]>();
  for (const trial of trials) {
    const rung = trial.rung ?? Number.POSITIVE_INFINITY;
    rungs.set(rung, [...(rungs.get(rung) ?? []), trial]);
  }
  return [...rungs].sort(([a], [b]) => (a === b ? 0 : b - a)).map(([, members]) => members);
}

/** What a figure measured or predicted says of a candidate, the variation held to its limit. */
export function pointOf(
  { objective, objectives, avm }: Pick<Outcome, 'objective' | 'objectives' | 'avm'>,
  avmLimit: number,
): Point {
  return { objectives: objectives ?? [objective], violation: Math.max(0, avm - avmLimit) };
}
