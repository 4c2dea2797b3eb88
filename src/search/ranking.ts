import type { TrialRecord } from '../store/index.js';
import type { SearchConfig } from './config.js';
import { type Objective, objectiveList, outcomeOf } from './objective.js';
import { byRung, Memory } from './strategies/memory.js';
import type { ToldTrial } from './strategies/strategy.js';

/**
 * What is told of a search trial.
 *
 * @param known trials of the run, among which the same architecture one rung below is found
 */
export function toldOf(record: TrialRecord, list: readonly Objective[], known: Iterable<TrialRecord>): ToldTrial {
  const { number, architecture, metrics, rung } = record;
  const promotes = promotedFrom(record, known);
  return {
    number,
    architecture: architecture!,
    outcome: metrics === null ? null : outcomeOf(metrics, list),
    ...(rung !== undefined && { rung }),
    ...(promotes !== undefined && { promotes }),
  };
}

/**
 * The search trials of a run that succeeded, in the order in which the run itself ranks them, the best first: the highest
 * fidelity before all others, in a fidelity those within `limits.avm` by the objectives, then the others by how far they
 * exceed it. An architecture on several rungs stands for the highest one.
 *
 * @param trials of a run, in any order and of all roles
 */
export function rankedTrials(
  trials: readonly TrialRecord[],
  { objective, limits }: Pick<SearchConfig, 'objective' | 'limits'>,
): TrialRecord[] {
  const list = objectiveList(objective);
  const memory = new Memory();
  memory.tell(trials.filter(({ role }) => role === 'search').map((trial) => toldOf(trial, list, trials)));
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  return memory.ranked(limits.avm).map(({ number }) => byNumber.get(number)!);
}

/** The search trials of the highest fidelity at which one succeeded; outcomes of others cannot be compared with theirs. */
export function comparableTrials(trials: readonly TrialRecord[]): TrialRecord[] {
  const [highest = []] = byRung(trials.filter(({ role, metrics }) => role === 'search' && metrics !== null));
  return highest;
}

/** The trial of an architecture one rung below. */
function promotedFrom({ name, rung }: TrialRecord, known: Iterable<TrialRecord>): number | undefined {
  if (rung === undefined || rung === 0) return undefined;
  for (const { role, rung: at, name: other, number } of known) {
    if (role === 'search' && at === rung - 1 && other === name) return number;
  }
  return undefined;
}
