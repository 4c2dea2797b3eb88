import type { TrialRecord } from '../store/index.js';
import type { SearchConfig } from './config.js';
import { atOneDay } from './objective.js';
import { nonDominatedFronts } from './pareto/fronts.js';
import { byRung, type Memory, pointOf, type Success } from './strategies/memory.js';

/**
 * Why a search need not go on although trials are left, or null. It depends on the trials alone, taken in their order,
 * so a resumed run stops where the uninterrupted one did. Patience counts the run's own trials, not those taken over, and
 * what is better is judged within the highest fidelity that they have reached.
 *
 * @param memory all search trials consumed so far
 * @param record finds the record of a trial
 */
export function reasonToStop(
  { search, limits }: Pick<SearchConfig, 'search' | 'limits'>,
  memory: Memory,
  record: (number: number) => TrialRecord,
): string | null {
  const { patience = Number.POSITIVE_INFINITY, targetAccuracy = Number.POSITIVE_INFINITY } = search;
  const reached = memory.successes.find(({ number, outcome }) => {
    return outcome.avm <= limits.avm && atOneDay(record(number).metrics!).mean >= targetAccuracy;
  });
  if (reached !== undefined) return `trial ${reached.number} reached search.targetAccuracy = ${targetAccuracy}`;
  const isOwn = ({ number }: { readonly number: number }) => record(number).importedFrom === undefined;
  const latest = latestImprovement(atHighestRung(memory, isOwn), limits.avm);
  if (latest === undefined) return null;
  const since = memory.trials.filter((trial) => trial.number > latest && isOwn(trial)).length;
  if (since < patience) return null;
  const after = isOwn({ number: latest }) ? `after trial ${latest}` : `of this run than trial ${latest}, taken over`;
  return `nothing better came in the ${since} trials ${after} (search.patience = ${patience})`;
}

/** The successes at the highest rung that one of the run's own trials has reached; until one has, at the highest there is. */
function atHighestRung({ successes }: Memory, isOwn: (trial: Success) => boolean): readonly Success[] {
  const rungs = byRung(successes);
  return rungs.find((rung) => rung.some(isOwn)) ?? rungs[0] ?? [];
}

/** The last trial that no earlier one equalled or beat: of several objectives, the last that widened the front. */
function latestImprovement(successes: readonly Success[], avmLimit: number): number | undefined {
  const points = successes.map(({ outcome }) => pointOf(outcome, avmLimit));
  const seen = new Set<string>();
  const [front = []] = nonDominatedFronts(points);
  const first = front.filter((i) => {
    const { objectives, violation } = points[i]!;
    const value = violation > 0 ? `beyond ${violation}` : objectives.join(' ');
    return !seen.has(value) && seen.add(value);
  });
  return first.length === 0 ? undefined : successes[first.at(-1)!]!.number;
}
