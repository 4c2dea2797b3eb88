import { loadChip } from '../chip/index.js';
import type { AttributeValue, Distribution, Study, StudyParameter, StudyTrial } from '../interop/index.js';
import type { Architecture, Gene, SearchSpace } from '../space/index.js';
import type { RunRecord, TrialRecord } from '../store/index.js';
import { parseSearchConfig, type SearchConfig } from './config.js';
import { limitedSpace } from './limited-space.js';
import { type Objective, objectiveKinds, objectiveList, objectiveValue } from './objective.js';

/** A run with what its configuration says. */
export interface KnownRun {
  readonly record: RunRecord;
  readonly config: SearchConfig;
  readonly space: SearchSpace;
}

/** The configuration that a run was begun with. @throws RUN_DAMAGED where it is none of this program's */
export function configOfRun(record: RunRecord, source: string): SearchConfig {
  return parseSearchConfig(record.config, source);
}

/** The space that a run searched, within its limits. */
export function spaceOfRun(config: SearchConfig): SearchSpace {
  return limitedSpace(config, loadChip(config.chip));
}

/**
 * The search trials of a run as a study of parameters and objectives. A gene is a whole number where its values are
 * evenly spaced amounts, else a choice; genes that an architecture does not use are absent.
 */
export function studyOfRun({ record, config, space }: KnownRun): Study {
  const objectives = objectiveList(config.objective);
  const genes = space.genes.map((gene) => ({ gene, distribution: distributionOf(gene) }));
  return {
    name: `kirchhoff ${record.id}`,
    objectives: objectives.map((name) => ({ name: objectiveKinds[name].title, goal: objectiveKinds[name].goal })),
    attributes: {
      program: `${record.program.name} ${record.program.version}`,
      space: space.name,
      seed: config.seed,
      strategy: config.search.strategy,
      notes: [...record.notes],
    },
    trials: record.trials
      .filter(({ role }) => role === 'search')
      .map((trial) => ({
        ...times(trial),
        values: trial.metrics === null ? null : valuesOf(trial.metrics, objectives),
        parameters: genes.flatMap(({ gene, distribution }) => parameter(trial.architecture!, gene, distribution)),
        attributes: attributesOf(trial),
        constraints: trial.metrics === null ? [] : [trial.metrics.avm - config.limits.avm],
      })),
  };
}

function valuesOf(metrics: NonNullable<TrialRecord['metrics']>, objectives: readonly Objective[]): number[] {
  return objectives.map((name) => objectiveValue(metrics, name));
}

/** A trial's start is not journalled; it follows from the time that its work took. */
function times({ finishedAt, metrics }: TrialRecord): Pick<StudyTrial, 'startedAt' | 'finishedAt'> {
  const started = new Date(Date.parse(finishedAt) - 1000 * (metrics?.seconds ?? 0));
  return { startedAt: started.toISOString(), finishedAt };
}

function distributionOf({ values, labels }: Gene): Distribution {
  if (labels !== null) return { kind: 'choice', choices: labels };
  const [low, high, step] = [values[0]!, values.at(-1)!, (values[1] ?? values[0]! + 1) - values[0]!];
  const even = values.every((value, i) => value === low + i * step);
  return even ? { kind: 'int', low, high, step } : { kind: 'choice', choices: values };
}

function parameter(architecture: Architecture, gene: Gene, distribution: Distribution): StudyParameter[] {
  const value = architecture.params[gene.name];
  if (value === undefined) return [];
  const shown = gene.labels === null ? value : gene.labels[gene.values.indexOf(value)]!;
  return [{ name: gene.name, value: shown, distribution }];
}

function attributesOf({
  name,
  round,
  number,
  rung,
  reason,
  metrics,
  importedFrom,
}: TrialRecord): StudyTrial['attributes'] {
  const head: Record<string, AttributeValue> = { architecture: name, trial: number, round };
  if (importedFrom !== undefined) head.importedFrom = importedFrom;
  if (rung !== undefined) head.rung = rung;
  if (metrics === null) return { ...head, reason };
  const { analog, chip, digitalAccuracy, avm, params, macs, seconds } = metrics;
  const drift = analog.map(({ seconds, mean, std, repeats }) => ({ seconds, mean, std, repeats }));
  return { ...head, digitalAccuracy, drift, avm, params, macs, ...chip, workSeconds: seconds };
}
