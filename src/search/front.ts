import type { Architecture } from '../space/index.js';
import type { TrialRecord } from '../store/index.js';
import type { SearchConfig } from './config.js';
import { maximised, type Objective, objectiveKinds, objectiveList, objectiveValue, outcomeOf } from './objective.js';
import { paretoFront } from './pareto/fronts.js';
import { hypervolume } from './pareto/hypervolume.js';
import { byRung, pointOf } from './strategies/memory.js';

/** Values by objective, each in its own direction and unit. */
export type ObjectiveValues = Readonly<Partial<Record<Objective, number>>>;

/** A trial that no other trial beats in everything. */
export interface FrontMember {
  /** Number of the trial. */
  readonly number: number;
  readonly name: string;
  readonly architecture: Architecture;
  /** On the validation images, at the search's fidelity. */
  readonly values: ObjectiveValues;
}

/** What a search for several objectives found. */
export interface FrontReport {
  readonly objectives: readonly Objective[];
  /** From the best in the first objective to the worst. */
  readonly members: readonly FrontMember[];
  readonly hypervolume: {
    /** The point above which volume counts: a limit where one is set, else the worst there can be or was measured. */
    readonly reference: ObjectiveValues;
    /** The best there can be of everything at once. */
    readonly ideal: ObjectiveValues;
    /** Share of the box between the two that the trials so far dominate, 0..1, after each trial. */
    readonly history: readonly number[];
  };
}

/** Limits that bound an objective of the same name. */
type Limits = Readonly<Partial<Record<Objective, number | undefined>>> & Pick<SearchConfig['limits'], 'avm'>;

/**
 * The Pareto front of a run's search trials within the limits, and how it grew; null where there is one objective only.
 *
 * @param trials the search trials in ascending number
 */
export function frontReport(
  trials: readonly TrialRecord[],
  { objective, limits }: Pick<SearchConfig, 'objective' | 'limits'>,
): FrontReport | null {
  const list = objectiveList(objective);
  if (list.length === 1) return null;
  // outcomes of different fidelity cannot be compared: the front is that of the highest rung reached
  const [measured = []] = byRung(trials.filter(({ metrics }) => metrics !== null));
  const points = measured.map(({ metrics }) => pointOf(outcomeOf(metrics!, list), limits.avm));
  const front = paretoFront(points).sort((a, b) => points[b]!.objectives[0]! - points[a]!.objectives[0]! || a - b);
  const values = measured.map(({ metrics }) => valuesOf(list, (name) => objectiveValue(metrics!, name)));
  const reference = valuesOf(list, (name) => referenceOf(name, limits, values));
  const ideal = valuesOf(list, (name) => objectiveKinds[name].ideal);
  const gains = points.map(({ objectives }) =>
    list.map((name, i) => {
      const from = maximised(name, reference[name]!);
      return shareOfWay(objectives[i]! - from, maximised(name, ideal[name]!) - from);
    }),
  );
  return {
    objectives: list,
    members: front.map((i) => {
      const { number, name, architecture } = measured[i]!;
      return { number, name, architecture: architecture!, values: values[i]! };
    }),
    hypervolume: { reference, ideal, history: growth(trials, measured, points, gains) },
  };
}

/** The volume after each trial; failed trials and those beyond the limits add nothing. */
function growth(
  trials: readonly TrialRecord[],
  measured: readonly TrialRecord[],
  points: readonly { readonly violation: number }[],
  gains: readonly (readonly number[])[],
): number[] {
  const origin = new Array<number>(gains[0]?.length ?? 0).fill(0);
  let front: (readonly number[])[] = [];
  let volume = 0;
  return trials.map((trial) => {
    const i = measured.indexOf(trial);
    if (i < 0 || points[i]!.violation > 0) return volume;
    const grown = [...front, gains[i]!];
    front = paretoFront(grown.map((objectives) => ({ objectives, violation: 0 }))).map((place) => grown[place]!);
    volume = hypervolume(front, origin);
    return volume;
  });
}

/**
 * How far a value has come on the way from the reference to the ideal, 0..1. A measured variation may lie beyond its ideal
 * of 0, where a network gains with time by chance: that counts as the ideal. So does every value within a limit that is the ideal.
 */
function shareOfWay(gone: number, whole: number): number {
  return whole <= 0 ? 1 : Math.min(1, Math.max(0, gone / whole));
}

function referenceOf(name: Objective, limits: Limits, values: readonly ObjectiveValues[]): number {
  const { goal, worst } = objectiveKinds[name];
  const limit = limits[name];
  if (goal === 'min' && limit !== undefined) return limit;
  return worst ?? Math.max(...values.map((each) => each[name]!));
}

function valuesOf(list: readonly Objective[], value: (name: Objective) => number): ObjectiveValues {
  return Object.fromEntries(list.map((name) => [name, value(name)]));
}
