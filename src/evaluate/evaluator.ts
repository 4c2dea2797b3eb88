import type { InputRanges, QuantisationRanges, WeightMap } from '../nn/index.js';
import type { TrialMetrics } from '../store/index.js';
import type { TrialSpec } from './trial-spec.js';

/** A trained network: what rebuilds it beside its graph. */
export interface TrainedNetwork {
  readonly weights: WeightMap;
  /** Input range of each crossbar layer. */
  readonly inputRanges: InputRanges;
  /** Ranges of the digital quantisers, where the crossbar has such. */
  readonly quantisationRanges?: QuantisationRanges;
}

/** What a trial that succeeded gives back. */
export interface TrialResult {
  readonly metrics: TrialMetrics;
  /** Present exactly when the spec asked for it. */
  readonly trained?: TrainedNetwork;
}

/** How a trial ended. A failure is a result like another: the search goes on. */
export type TrialOutcome =
  | (TrialResult & { readonly state: 'done'; readonly attempts: number })
  | {
      readonly state: 'failed';
      /** Why, for people. */
      readonly reason: string;
      /** How often it was started: 2 when a worker threw or died, 1 when trying again cannot help. */
      readonly attempts: number;
    };

/** How far a running trial has come. */
export interface TrialProgress {
  readonly trial: number;
  readonly stage: TrialStage;
  /** Part of the stage that is done, 0..1. */
  readonly done: number;
}

/** The stages of a trial, in order. */
export type TrialStage = 'data' | 'digital' | 'hwa' | 'drift';

/**
 * Runs trials somewhere. The result depends on the spec alone: not on the number of workers, on what ran before or on
 * the order in which trials finish.
 */
export interface Evaluator {
  /**
   * Runs one trial; as many run at the same time as the evaluator has workers, further ones wait. A trial whose worker
   * throws or dies is started once more.
   *
   * @throws an AbortError when the signal stopped it; what a listener to its progress threw
   */
  evaluate(trial: TrialSpec, signal: AbortSignal): Promise<TrialOutcome>;
  /** Ends all workers. Trials in progress are aborted. */
  close(): Promise<void>;
}
