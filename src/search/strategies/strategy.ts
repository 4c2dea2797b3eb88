import type { Architecture, SearchSpace } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';

/** What a strategy learns from one finished trial. */
export interface ToldTrial {
  /** Position in the run; a strategy's state depends on the set of told trials, never on the order of telling. */
  readonly number: number;
  readonly architecture: Architecture;
  /** Null when the trial failed. */
  readonly outcome: Outcome | null;
  /** Rung of its fidelity, from 0; absent at full fidelity. */
  readonly rung?: number;
  /** Number of the trial of the same architecture one rung below, of which this one is the promotion. */
  readonly promotes?: number;
}

/** The measured figures that steer a search. */
export interface Outcome {
  /** What is maximised; of several objectives the one that a surrogate learns as its score. */
  readonly objective: number;
  /** All objectives, each as a number to be maximised; absent where `objective` is the only one. */
  readonly objectives?: readonly number[];
  /** Accuracy variation over one month. */
  readonly avm: number;
  /** Standard deviation of the 1-day accuracy. */
  readonly std: number;
}

/** A surrogate's opinion of one architecture. */
export interface Opinion {
  /** Higher is better; only the order counts. */
  readonly score: number;
  /** Expected value of what the score orders, in a unit that is the same for all opinions after one learning. */
  readonly mean: number;
  /** How unsure the surrogate is of that mean, as a standard deviation. */
  readonly deviation: number;
  /** Predicted accuracy variation over one month. */
  readonly avm: number;
  /** How unsure the surrogate is of that variation, as a standard deviation; NaN where it cannot tell. */
  readonly avmDeviation: number;
  /** Predicted standard deviation of the 1-day accuracy. */
  readonly std: number;
  /** False where the architecture lies outside of what the surrogate was fitted on. */
  readonly inRange: boolean;
  /** All objectives, each as a number to be maximised, the mean among them; absent where it is the only one. */
  readonly objectives?: readonly number[];
}

/** Scores architectures after having seen some trials: what a strategy needs to know of a surrogate. */
export interface Advisor {
  /** Number of successful trials from which on it can be asked. */
  readonly after: number;
  /** Which of the objectives the mean is; the first if absent. */
  readonly scored?: number;
  /** Learns from all trials known so far, given in ascending number. */
  learn(trials: readonly ToldTrial[]): void;
  /** One opinion per architecture. */
  score(architectures: readonly Architecture[]): Opinion[];
}

/**
 * Proposes architectures and learns from their trials. A strategy runs nothing, reads no clock and takes all chance
 * from the generator it was given, so a run is resumed by asking and telling again what its journal holds.
 */
export interface Strategy {
  /**
   * Up to `n` architectures that meet the limits and were never asked before, the most promising first. Fewer, or
   * none, when no more can be found.
   */
  ask(n: number): Architecture[];
  /** Takes in finished trials, failed ones too. */
  tell(trials: readonly ToldTrial[]): void;
  /** What a reader of the results should know about how it went. */
  readonly notes?: readonly string[];
}

/** What every strategy is built from. */
export interface StrategyContext {
  /** The space under the run's limits: whatever it hands out meets them. */
  readonly space: SearchSpace;
  /** Whether an architecture also meets the limits that the space cannot check: time and energy on the chip. */
  readonly admits: (architecture: Architecture) => boolean;
  /** Highest accepted variation over one month; candidates are held to it by prediction, parents by measurement. */
  readonly avmLimit: number;
  readonly rng: Rng;
  /** Present when a surrogate takes part. */
  readonly advisor?: Advisor;
}

/** The surrogate that a strategy cannot do without. */
export function requireAdvisor({ advisor }: StrategyContext, strategy: string): Advisor {
  if (advisor === undefined) throw new TypeError(`the strategy ${strategy} works with a surrogate`);
  return advisor;
}
