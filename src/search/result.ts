import type { Architecture } from '../space/index.js';
import type { DriftPoint, TrialMetrics, TrialRecord } from '../store/index.js';
import type { FrontReport } from './front.js';
import type { Importance } from './importance/gene-importance.js';
import { atOneDay } from './objective.js';
import type { SupernetCheck } from './supernet.js';
import type { SurrogateReport } from './surrogate-advisor.js';

/** One line of the final table: measured on the test images, at full fidelity. */
export interface FinalRow {
  readonly role: 'found' | 'baseline';
  /** Place among the found ones by the validation images, from 1; 0 for the baseline. */
  readonly rank: number;
  /** Hash of the architecture, or the name of the baseline. */
  readonly name: string;
  readonly architecture: Architecture | null;
  /**
   * 1-day accuracy on the validation images that the architecture was chosen by: as the search measured it, or the
   * shortlist; null for the baseline.
   */
  readonly validation: { readonly mean: number; readonly std: number } | null;
  /** Null when the trial failed. */
  readonly measured: FinalMeasurement | null;
  /** Why the trial failed, else null. */
  readonly reason: string | null;
}

/** What the table shows of a network. */
export type FinalMeasurement = Omit<TrialMetrics, 'seconds' | 'notes' | 'chip'> &
  TrialMetrics['chip'] & { readonly analog: readonly DriftPoint[] };

/** What a finished run hands over. It holds no times of day and no durations: the same run gives the same result. */
export interface SearchResult {
  readonly id: string;
  readonly seed: number;
  /** The best found first, the baseline last. */
  readonly rows: readonly FinalRow[];
  readonly trials: { readonly done: number; readonly failed: number };
  /** The Pareto front of a search for several objectives; null where there is one objective. */
  readonly front: FrontReport | null;
  /** The surrogate's last fit; null when none took part. */
  readonly surrogate: SurrogateReport | null;
  /** How much each gene mattered, for each objective that the trials tell something of. */
  readonly importance: readonly Importance[];
  /** How well the supernet ranked; null where there was none, or nothing to compare. */
  readonly supernet: SupernetCheck | null;
  /** What must be known beside the numbers. */
  readonly notes: readonly string[];
}

/**
 * Makes a row of the final table.
 *
 * @param place from 0, among the rows
 * @param found the trial that the architecture was chosen by; null for the baseline
 */
export function finalRow(trial: TrialRecord, place: number, found: TrialRecord | null): FinalRow {
  return {
    role: found === null ? 'baseline' : 'found',
    rank: found === null ? 0 : place + 1,
    name: trial.name,
    architecture: trial.architecture,
    validation: found?.metrics == null ? null : meanAndStd(found.metrics),
    measured: trial.metrics === null ? null : measurement(trial.metrics),
    reason: trial.reason,
  };
}

function meanAndStd(metrics: TrialMetrics): { mean: number; std: number } {
  const { mean, std } = atOneDay(metrics);
  return { mean, std };
}

function measurement({ seconds: _seconds, notes: _notes, chip, ...figures }: TrialMetrics): FinalMeasurement {
  return { ...figures, ...chip };
}
