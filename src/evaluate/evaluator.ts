import type { InputRanges, WeightMap } from '../nn/index.js';
import type { TrialMetrics } from '../store/index.js';
import type { TrialSpec } from './trial-spec.js';

/** A trained network: what rebuilds it beside its graph. */
export interface TrainedNetwork {
  readonly weights: WeightMap;
  /** Input range of each crossbar layer. */
  readonly inputRanges: InputRanges;
}

/** What a finished trial gives back. */
export interface TrialResult {
  readonly metrics: TrialMetrics;
  /** Present exactly when the spec asked for it. */
  readonly trained?: TrainedNetwork;
  /** How often the trial was started: 2 when the first attempt failed. */
  readonly attempts: number;
}

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
   * Runs one trial; as many run at the same time as the evaluator has workers, further ones wait.
   *
   * @throws TRIAL_FAILED with the reason when the trial failed twice; an AbortError when the signal stopped it
   */
  evaluate(trial: TrialSpec, signal: AbortSignal): Promise<TrialResult>;
  /** Ends all workers. Trials in progress are aborted. */
  close(): Promise<void>;
}
