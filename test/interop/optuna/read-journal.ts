/**
 * A strict reader of Optuna's journal format, written from its storage (optuna/storages/journal/_file.py and
 * _storage.py, optuna/distributions.py): every rule that Optuna checks when it replays a file is checked here, and what
 * Optuna passes over in silence is refused.
 */
export interface ReadTrial {
  state: 'running' | 'complete' | 'fail';
  values: number[] | null;
  params: Record<string, string | number>;
  distributions: Record<string, unknown>;
  userAttributes: Record<string, unknown>;
  systemAttributes: Record<string, unknown>;
  start: string;
  complete: string | null;
}

export interface ReadStudy {
  name: string;
  directions: ('minimize' | 'maximize')[];
  userAttributes: Record<string, unknown>;
  systemAttributes: Record<string, unknown>;
  trials: ReadTrial[];
}

type Log = Record<string, unknown>;

/** Keys that an operation has besides `op_code` and `worker_id`. */
const fields: Record<number, readonly string[]> = {
  0: ['study_name', 'directions'],
  2: ['study_id', 'user_attr'],
  3: ['study_id', 'system_attr'],
  4: ['study_id', 'datetime_start'],
  5: ['trial_id', 'param_name', 'param_value_internal', 'distribution'],
  6: ['trial_id', 'state', 'values', 'datetime_complete'],
  8: ['trial_id', 'user_attr'],
  9: ['trial_id', 'system_attr'],
};

export function readJournal(text: string): ReadStudy[] {
  const studies: ReadStudy[] = [];
  const trials: { study: ReadStudy; trial: ReadTrial }[] = [];
  demand(text.endsWith('\n'), 'every line ends in a line feed');
  for (const line of text.slice(0, -1).split('\n')) {
    const log = JSON.parse(line) as Log;
    const code = log.op_code as number;
    demand(Number.isInteger(code) && code in fields, `operation ${code}`);
    demand(typeof log.worker_id === 'string', 'worker_id is a string');
    const expected = ['op_code', 'worker_id', ...fields[code]!].sort();
    demand(JSON.stringify(Object.keys(log).sort()) === JSON.stringify(expected), `keys of ${line}`);
    apply(code, log);
  }
  return studies;

  function apply(code: number, log: Log): void {
    if (code === 0) createStudy(log);
    else if (code === 4) createTrial(log);
    else if (code === 2 || code === 3) {
      const study = studies[log.study_id as number];
      demand(study !== undefined, 'the study exists');
      setAttribute(code === 2 ? study!.userAttributes : study!.systemAttributes, log);
    } else applyToTrial(code, log);
  }

  function applyToTrial(code: number, log: Log): void {
    const entry = trials[log.trial_id as number];
    demand(entry !== undefined && Number.isInteger(log.trial_id), 'the trial exists');
    demand(entry!.trial.state === 'running', 'a finished trial is not changed');
    if (code === 5) setParameter(entry!.study, entry!.trial, log);
    else if (code === 6) setState(entry!.study, entry!.trial, log);
    else setAttribute(code === 8 ? entry!.trial.userAttributes : entry!.trial.systemAttributes, log);
  }

  function createStudy({ study_name: name, directions }: Log): void {
    demand(typeof name === 'string' && studies.every((study) => study.name !== name), 'study names are unique');
    demand(Array.isArray(directions) && directions.length > 0, 'there is a direction');
    const read = (directions as unknown[]).map((value) => {
      demand(value === 1 || value === 2, `direction ${value}`);
      return value === 1 ? ('minimize' as const) : ('maximize' as const);
    });
    studies.push({ name: name as string, directions: read, userAttributes: {}, systemAttributes: {}, trials: [] });
  }

  function createTrial({ study_id: id, datetime_start: start }: Log): void {
    const study = studies[id as number];
    demand(study !== undefined, 'the study exists');
    const trial: ReadTrial = {
      state: 'running',
      values: null,
      params: {},
      distributions: {},
      userAttributes: {},
      systemAttributes: {},
      start: time(start),
      complete: null,
    };
    study!.trials.push(trial);
    trials.push({ study: study!, trial });
  }
}

function setAttribute(attributes: Record<string, unknown>, log: Log): void {
  const attribute = (log.user_attr ?? log.system_attr) as Record<string, unknown>;
  const keys = Object.keys(attribute);
  demand(keys.length === 1, 'one attribute at a time');
  demand(!(keys[0]! in attributes), 'no attribute is set twice');
  attributes[keys[0]!] = attribute[keys[0]!];
}

interface DistributionJson {
  name: string;
  attributes: Record<string, unknown>;
}

function setParameter(study: ReadStudy, trial: ReadTrial, log: Log): void {
  const name = log.param_name as string;
  demand(typeof name === 'string' && !(name in trial.params), `${name} is set once`);
  demand(typeof log.distribution === 'string', 'a distribution is JSON in a string');
  const distribution = JSON.parse(log.distribution as string) as DistributionJson;
  const internal = log.param_value_internal as number;
  trial.params[name] = external(distribution, internal);
  trial.distributions[name] = distribution;
  // check_distribution_compatibility: same class, and the same choices where there are choices
  for (const { distributions } of study.trials) {
    const other = distributions[name] as DistributionJson | undefined;
    if (other === undefined) continue;
    demand(other.name === distribution.name, `${name} keeps its kind`);
    if (other.name !== 'CategoricalDistribution') continue;
    demand(JSON.stringify(other) === JSON.stringify(distribution), `${name} keeps its choices`);
  }
}

function external({ name, attributes }: DistributionJson, internal: number): string | number {
  demand(Number.isFinite(internal), 'internal values are numbers');
  const keys = Object.keys(attributes).sort().join();
  if (name === 'CategoricalDistribution') {
    demand(keys === 'choices', 'the arguments of CategoricalDistribution');
    const choices = attributes.choices as (string | number)[];
    demand(choices.length > 0 && Number.isInteger(internal) && internal in choices, 'a choice by its place');
    return choices[internal]!;
  }
  demand(name === 'IntDistribution' && keys === 'high,log,low,step', 'the arguments of IntDistribution');
  const { low, high, step, log } = attributes as { low: number; high: number; step: number; log: boolean };
  demand(log === false && [low, high, step].every(Number.isInteger) && step > 0 && low <= high, 'whole numbers');
  demand((high - low) % step === 0, 'a range that the step divides');
  demand(internal >= low && internal <= high && (internal - low) % step === 0, 'a value within its range');
  return internal;
}

function setState(study: ReadStudy, trial: ReadTrial, { state, values, datetime_complete: complete }: Log): void {
  demand(state === 1 || state === 3, `state ${state}`);
  trial.state = state === 1 ? 'complete' : 'fail';
  trial.complete = time(complete);
  demand(trial.complete >= trial.start, 'a trial ends after it began');
  demand(state === 1 || values === null, 'a failed trial has no values');
  if (state === 3) return;
  demand(Array.isArray(values) && values.length === study.directions.length, 'a value for each direction');
  demand((values as unknown[]).every(Number.isFinite), 'values are finite numbers');
  trial.values = values as number[];
}

/** What `datetime.fromisoformat` of Python 3.8 reads. */
function time(value: unknown): string {
  demand(typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/.test(value), `time ${value}`);
  return value as string;
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not a journal of Optuna: ${what}`);
}
