import type { Distribution, Study, StudyParameter, StudyTrial } from './study.js';

/** Codes of the operations in a journal (`JournalOperation` of optuna/storages/journal/_storage.py, version 4). */
const operation = {
  createStudy: 0,
  setStudyUserAttribute: 2,
  setStudySystemAttribute: 3,
  createTrial: 4,
  setTrialParameter: 5,
  setTrialStateValues: 6,
  setTrialUserAttribute: 8,
  setTrialSystemAttribute: 9,
} as const;

/** `StudyDirection` and `TrialState` of Optuna. */
const direction = { min: 1, max: 2 } as const;
const state = { running: 0, complete: 1, fail: 3 } as const;

/** The attributes in which Optuna keeps the names of objectives and the constraints of a trial. */
const metricNames = 'study:metric_names';
const constraintValues = 'constraints';

type Entry = Readonly<Record<string, unknown>>;

/**
 * A study in the format of Optuna's `JournalFileBackend`: one operation per line, in the order in which Optuna would
 * have written them. `optuna-dashboard <file>` opens it, and so does
 * `JournalStorage(JournalFileBackend(<file>))`.
 *
 * @param worker names the writer in every operation; must not look like one of Optuna's own
 */
export function optunaJournal(study: Study, worker = 'kirchhoff'): string {
  const entries = [...studyEntries(study), ...study.trials.flatMap(trialEntries)];
  return entries
    .map(([code, fields]) => `${JSON.stringify({ op_code: code, worker_id: worker, ...fields })}\n`)
    .join('');
}

/** The first study of a file has the id 0. */
const studyId = { study_id: 0 };

function studyEntries({ name, objectives, attributes }: Study): [number, Entry][] {
  return [
    [operation.createStudy, { study_name: name, directions: objectives.map(({ goal }) => direction[goal]) }],
    [
      operation.setStudySystemAttribute,
      { ...studyId, system_attr: { [metricNames]: objectives.map((objective) => objective.name) } },
    ],
    ...Object.entries(attributes).map(([key, value]): [number, Entry] => [
      operation.setStudyUserAttribute,
      { ...studyId, user_attr: { [key]: value } },
    ]),
  ];
}

/** Trials have the ids 0, 1, ... in the order in which they are created. */
function trialEntries(trial: StudyTrial, id: number): [number, Entry][] {
  const trialId = { trial_id: id };
  const failed = trial.values === null;
  return [
    [operation.createTrial, { ...studyId, datetime_start: pythonTime(trial.startedAt) }],
    ...trial.parameters.map((parameter): [number, Entry] => [
      operation.setTrialParameter,
      { ...trialId, ...parameterFields(parameter) },
    ]),
    ...Object.entries(trial.attributes).map(([key, value]): [number, Entry] => [
      operation.setTrialUserAttribute,
      { ...trialId, user_attr: { [key]: value } },
    ]),
    ...(failed || trial.constraints.length === 0
      ? []
      : [
          [
            operation.setTrialSystemAttribute,
            { ...trialId, system_attr: { [constraintValues]: trial.constraints } },
          ] as [number, Entry],
        ]),
    [
      operation.setTrialStateValues,
      {
        ...trialId,
        state: failed ? state.fail : state.complete,
        values: trial.values,
        datetime_complete: pythonTime(trial.finishedAt),
      },
    ],
  ];
}

function parameterFields({ name, value, distribution }: StudyParameter): Entry {
  const internal = distribution.kind === 'int' ? Number(value) : distribution.choices.indexOf(value);
  return { param_name: name, param_value_internal: internal, distribution: distributionText(distribution) };
}

/** A distribution is JSON inside the JSON of its operation. */
function distributionText(distribution: Distribution): string {
  if (distribution.kind === 'choice') {
    return JSON.stringify({ name: 'CategoricalDistribution', attributes: { choices: distribution.choices } });
  }
  const { low, high, step } = distribution;
  return JSON.stringify({ name: 'IntDistribution', attributes: { log: false, step, low, high } });
}

/** Universal time as Python's `datetime.isoformat(timespec="microseconds")` without a zone: older Pythons read no `Z`. */
function pythonTime(iso: string): string {
  return new Date(iso).toISOString().replace('Z', '000');
}
