import { bindingLimit } from './binding-limit.js';
import type { ReportData, ReportDriftPoint, ReportImportance, ReportNetwork, ReportTrial } from './report-data.js';

/** The figures of a trial, as a run's journal holds them. */
export interface RunFigures {
  readonly digitalAccuracy: number;
  readonly analog: readonly ReportDriftPoint[];
  readonly avm: number;
  readonly params: number;
  readonly macs: number;
}

/** What is read of a run's journal. */
export interface RunJournal {
  readonly id: string;
  readonly state: ReportData['state'];
  readonly createdAt: string;
  readonly elapsedSeconds: number;
  readonly notes: readonly string[];
  readonly program: ReportData['program'];
  readonly environment: ReportData['environment'];
  readonly config: Readonly<Record<string, unknown>>;
  readonly trials: readonly {
    readonly number: number;
    readonly role: string;
    readonly round: number;
    readonly name: string;
    readonly metrics: (RunFigures & { readonly chip: ReportNetwork['chip'] }) | null;
    readonly reason: string | null;
    readonly rung?: number | undefined;
  }[];
}

/** What is read of a run's final result. */
export interface RunResult {
  readonly rows: readonly {
    readonly role: 'found' | 'baseline';
    readonly rank: number;
    readonly name: string;
    readonly measured: (RunFigures & ReportNetwork['chip']) | null;
  }[];
  /** Facts on the surrogate; members that are not numbers or texts are left out. */
  readonly surrogate: object | null;
  readonly importance?: readonly ReportImportance[];
}

/**
 * Takes a report's data from a run's journal and, once there is one, its result.
 *
 * @param drawn what the journal does not hold
 */
export function reportFromRun(
  journal: RunJournal,
  result: RunResult | null,
  drawn: Partial<Pick<ReportData, 'bestGraph' | 'pictures' | 'front' | 'bestTrial' | 'arraysAssumed'>> = {},
): ReportData {
  const { config, trials, ...run } = journal;
  return {
    id: run.id,
    state: run.state,
    createdAt: run.createdAt,
    elapsedSeconds: run.elapsedSeconds,
    notes: run.notes,
    program: run.program,
    environment: run.environment,
    config,
    task: label((config.task as { name?: unknown } | undefined)?.name),
    space: label(config.space),
    chip: label(config.chip),
    crossbar: label(config.crossbar),
    seed: Number(config.seed),
    trials: reportTrials(journal.trials, config.limits),
    bestTrial: drawn.bestTrial,
    arraysAssumed: drawn.arraysAssumed,
    networks: result === null ? [] : result.rows.flatMap((row) => reportNetwork(row, config.limits)),
    importance: result?.importance ?? [],
    surrogate: plainFacts(result?.surrogate ?? {}),
    front: drawn.front ?? null,
    bestGraph: drawn.bestGraph ?? null,
    pictures: drawn.pictures ?? [],
  };
}

/**
 * The trials that steered the search; those of the final table are left out.
 *
 * @param limits those of the run's configuration, for the one that binds and the one on the variation
 */
export function reportTrials(trials: RunJournal['trials'], limits: unknown = {}): ReportTrial[] {
  return trials
    .filter(({ role }) => role === 'search')
    .map(({ number, round, name, metrics, reason, rung }) => {
      const measured =
        metrics === null ? null : withBinding({ ...figures(metrics), chip: chipFigures(metrics.chip) }, limits);
      const beyondVariation = metrics !== null && metrics.avm > mostVariation(limits);
      return { number, round, name, measured, reason, beyondVariation, ...(rung !== undefined && { rung }) };
    });
}

function mostVariation(limits: unknown): number {
  const { avm } = (limits ?? {}) as { readonly avm?: unknown };
  return typeof avm === 'number' ? avm : Number.POSITIVE_INFINITY;
}

function reportNetwork({ role, rank, name, measured }: RunResult['rows'][number], limits: unknown): ReportNetwork[] {
  if (measured === null) return [];
  return [{ role, rank, name, ...withBinding({ ...figures(measured), chip: chipFigures(measured) }, limits) }];
}

function withBinding<T extends Parameters<typeof bindingLimit>[1]>(measured: T, limits: unknown) {
  return { ...measured, binding: bindingLimit(limits, measured) };
}

function figures({ digitalAccuracy, analog, avm, params, macs }: RunFigures) {
  return { digitalAccuracy, drift: analog, avm, parameters: params, macs };
}

function chipFigures({ cores, utilisation, latencySeconds, energyJoules, fits }: ReportNetwork['chip']) {
  return { cores, utilisation, latencySeconds, energyJoules, fits };
}

/** A name stays, of a path the file's name remains, of settings written out only that they are. */
function label(value: unknown): string {
  return typeof value === 'string' ? value.split(/[/\\]/).at(-1)! : value === undefined ? 'unknown' : 'custom';
}

function plainFacts(facts: object): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) =>
      typeof value === 'number' || typeof value === 'string'
        ? [[words(key), typeof value === 'number' ? Number(value.toPrecision(4)) : value]]
        : [],
    ),
  );
}

/** `heldOutKendallTau` as `held out kendall tau`. */
function words(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
