import type { ReportTrial } from './report-data.js';

/** A trial with its figures. */
export type MeasuredTrial = ReportTrial & { readonly measured: NonNullable<ReportTrial['measured']> };

/** The trials that have figures. */
export function measuredTrials(trials: readonly ReportTrial[]): MeasuredTrial[] {
  return trials.filter((trial): trial is MeasuredTrial => trial.measured !== null);
}

/** The measured trials of the highest fidelity that was reached: figures of others cannot be compared with theirs. */
export function comparableTrials(trials: readonly ReportTrial[]): MeasuredTrial[] {
  const measured = measuredTrials(trials);
  const rungOf = ({ rung = Number.POSITIVE_INFINITY }: ReportTrial) => rung;
  const highest = Math.max(...measured.map(rungOf));
  return measured.filter((trial) => rungOf(trial) === highest);
}
