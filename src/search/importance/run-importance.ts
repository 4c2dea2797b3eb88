import type { SearchSpace } from '../../space/index.js';
import { readRun, type TrialRecord } from '../../store/index.js';
import { createRng } from '../../tensor/index.js';
import type { SearchConfig } from '../config.js';
import { objectiveKinds, objectiveList, objectiveValue } from '../objective.js';
import { configOfRun, spaceOfRun } from '../study-of-run.js';
import { geneImportance, type Importance } from './gene-importance.js';

/**
 * How much each gene mattered in a run's trials, for each of its objectives; those that cannot be told are left out. Of a
 * search with rungs the lowest counts: every architecture is measured there, all alike.
 */
export function importanceIn(trials: readonly TrialRecord[], config: SearchConfig, space: SearchSpace): Importance[] {
  const done = trials.filter(({ role, metrics, architecture, rung = 0 }) => {
    return role === 'search' && rung === 0 && metrics !== null && architecture !== null;
  });
  return objectiveList(config.objective).flatMap((name) => {
    const measured = done.map(({ architecture, metrics }) => {
      return { architecture: architecture!, value: objectiveValue(metrics!, name) };
    });
    const { title, goal } = objectiveKinds[name];
    return geneImportance({ name: title, goal }, measured, space, createRng(config.seed, `importance/${name}`)) ?? [];
  });
}

/**
 * How much each gene mattered in a run, finished or not.
 *
 * @throws RUN_NOT_FOUND, RUN_DAMAGED, SPACE_INVALID
 */
export function importanceOfRun(resultsDir: string, id: string): { trials: number; importance: Importance[] } {
  const record = readRun(resultsDir, id);
  const config = configOfRun(record, `${resultsDir}/${id}/run.json`);
  const importance = importanceIn(record.trials, config, spaceOfRun(config));
  return { trials: record.trials.filter(({ role, metrics }) => role === 'search' && metrics).length, importance };
}
