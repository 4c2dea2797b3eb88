import type { TrialProgress } from '../evaluate/index.js';
import type { Architecture } from '../space/index.js';
import type { TrialPrediction, TrialRecord } from '../store/index.js';
import type { SearchResult } from './result.js';
import type { SurrogateReport } from './surrogate-advisor.js';

/** A trial that is about to run. */
export interface PlannedTrial {
  readonly number: number;
  readonly role: TrialRecord['role'];
  /** Hash of the architecture, or name of the baseline. */
  readonly name: string;
  readonly architecture: Architecture | null;
  readonly predicted: TrialPrediction | null;
  /** Rung of its fidelity, from 0; absent where all trials have full fidelity. */
  readonly rung?: number;
}

/** How many trials there are. */
export interface TrialCounts {
  readonly done: number;
  readonly failed: number;
  /** All trials of the run as far as they can be foreseen, those of the final table included. */
  readonly planned: number;
}

/** What happens during a run, in order: for a live screen. Nothing depends on whether anyone listens. */
export type RunEvent =
  | {
      readonly type: 'started';
      readonly id: string;
      /** Folder of the run. */
      readonly folder: string;
      readonly resumed: boolean;
      /** Which backend runs, in one sentence. */
      readonly backend: string;
      readonly workers: number;
      readonly notes: readonly string[];
      readonly counts: TrialCounts;
    }
  /** A batch is proposed; the last one is the final table. */
  | { readonly type: 'batch'; readonly round: number; readonly trials: readonly PlannedTrial[] }
  /** A running trial has come this far. */
  | ({ readonly type: 'progress' } & TrialProgress)
  /** A trial finished, or the journal or the cache had it. */
  | {
      readonly type: 'trial';
      readonly trial: TrialRecord;
      readonly from: 'worker' | 'cache' | 'journal';
      readonly counts: TrialCounts;
      /** The best search trial so far. */
      readonly best: TrialRecord | null;
    }
  /** The supernet has come this far, 0..1. */
  | { readonly type: 'supernet'; readonly done: number }
  /** The surrogate was fitted. */
  | { readonly type: 'surrogate'; readonly report: SurrogateReport }
  | { readonly type: 'finished'; readonly result: SearchResult };
