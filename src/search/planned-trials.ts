import type { TrialRecord } from '../store/index.js';

/** The part of a configuration that says how many trials there are; what is absent counts as none. */
export interface TrialBudget {
  readonly search?: { readonly trials?: number; readonly maxSeconds?: number | undefined };
  readonly final?: {
    readonly top?: number;
    readonly shortlist?: number | undefined;
    readonly baseline?: string | null;
  };
  readonly evaluation?: { readonly mode?: string; readonly supernet?: { readonly check?: number } };
}

/** How far a run has come. */
export interface TrialsSoFar {
  /** Its finished trials, those taken over from earlier runs included. */
  readonly trials: readonly Pick<TrialRecord, 'role'>[];
  /** How many of them were taken over. */
  readonly takenOver?: number;
  readonly elapsedSeconds: number;
}

/**
 * All trials of a run, as far as they can be foreseen: a search with a budget of time is taken to go on at the speed it had;
 * once it has ended, its trials are those it had.
 */
export function plannedTrials({ search, final, evaluation }: TrialBudget, soFar: TrialsSoFar): number {
  const { trials, takenOver = 0 } = soFar;
  const own = Math.max(0, trials.filter(({ role }) => role === 'search').length - takenOver);
  const ended = trials.some(({ role }) => role !== 'search');
  const searched = ended ? own : foreseen(search, own, soFar.elapsedSeconds);
  const checks = evaluation?.mode === 'supernet' ? Math.min(evaluation.supernet?.check ?? 0, searched) : 0;
  const table = (final?.top ?? 0) + (final?.baseline == null ? 0 : 1);
  return Math.max(trials.length, takenOver + searched + checks + (final?.shortlist ?? 0) + table);
}

function foreseen({ trials = 0, maxSeconds }: TrialBudget['search'] = {}, own: number, elapsedSeconds: number): number {
  if (maxSeconds === undefined || own === 0 || elapsedSeconds === 0) return trials;
  return Math.min(trials, Math.max(own, Math.round((own * maxSeconds) / elapsedSeconds)));
}
