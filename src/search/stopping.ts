import type { TrialRecord } from '../store/index.js';
import type { SearchConfig } from './config.js';
import { atOneDay } from './objective.js';
import { nonDominatedFronts } from './pareto/fronts.js';
import { type Memory, pointOf } from './strategies/memory.js';

/**
 * Why a search need not go on although trials are left, or null. It depends on the trials alone, taken in their order,
 * so a resumed run stops where the uninterrupted one did.
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
  const { trials } = memory;
  const reached = memory.successes.find(({ number, outcome }) => {
    return outcome.avm <= limits.avm && atOneDay(record(number).metrics!).mean >= targetAccuracy;
  });
  if (reached !== undefined) return `trial ${reached.number} reached search.targetAccuracy = ${targetAccuracy}`;
  const latest = latestImprovement(memory, limits.avm);
  const since = latest === undefined ? 0 : trials.filter(({ number }) => number > latest).length;
  if (since < patience) return null;
  return `nothing better came in the ${since} trials after trial ${latest} (search.patience = ${patience})`;
}

/** The last trial that no earlier one equalled or beat: of several objectives, the last that widened the front. */
function latestImprovement({ successes }: Memory, avmLimit: number): number | undefined {
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
