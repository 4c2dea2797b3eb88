import { z } from 'zod';
import { fail } from '../config/index.js';
import type { DriftPoint, TrialMetrics } from '../store/index.js';
import type { Outcome } from './strategies/strategy.js';

/** What is known of one thing that a search may aim at. */
export interface ObjectiveKind {
  /** For tables and plots. */
  readonly title: string;
  /** Whether more or less of it is better. */
  readonly goal: 'max' | 'min';
  /** The value of a trial; null where the chip's description does not give it. */
  readonly of: (metrics: TrialMetrics) => number | null;
  /** The best value there can be, and the worst; null where nothing bounds it. */
  readonly ideal: number;
  readonly worst: number | null;
}

/** The time at which networks are compared: one day, in seconds. */
export const oneDay = 86_400;

/**
 * The least spread that counts: without it a network whose few repeats happen to agree would win over all others.
 * One part in 200 is what 40,000 images at 50 % accuracy could resolve in two standard errors.
 */
export const leastSpread = 0.005;

/** Mean and spread of the accuracy one day after programming. */
export function atOneDay(metrics: Pick<TrialMetrics, 'analog'>): DriftPoint {
  const point = metrics.analog.find(({ seconds }) => seconds === oneDay);
  if (point === undefined) throw new TypeError('a search evaluates at one day');
  return point;
}

/** Everything that a search may aim at, by its name in configurations. */
export const objectiveKinds = {
  oneDayAccuracy: { title: '1-day accuracy', goal: 'max', of: (m) => atOneDay(m).mean, ideal: 1, worst: 0 },
  accuracyOverSpread: {
    title: '1-day accuracy / spread',
    goal: 'max',
    of: (m) => atOneDay(m).mean / Math.max(atOneDay(m).std, leastSpread),
    ideal: 1 / leastSpread,
    worst: 0,
  },
  avm: { title: 'AVM', goal: 'min', of: (m) => m.avm, ideal: 0, worst: 1 },
  spread: { title: 'spread', goal: 'min', of: (m) => atOneDay(m).std, ideal: 0, worst: 0.5 },
  params: { title: 'parameters', goal: 'min', of: (m) => m.params, ideal: 0, worst: null },
  macs: { title: 'MACs', goal: 'min', of: (m) => m.macs, ideal: 0, worst: null },
  cores: { title: 'cores', goal: 'min', of: (m) => m.chip.cores, ideal: 0, worst: null },
  latency: { title: 'latency', goal: 'min', of: (m) => m.chip.latencySeconds, ideal: 0, worst: null },
  energy: { title: 'energy', goal: 'min', of: (m) => m.chip.energyJoules, ideal: 0, worst: null },
} as const satisfies Readonly<Record<string, ObjectiveKind>>;

export type Objective = keyof typeof objectiveKinds;

/** The names of {@link objectiveKinds}. */
export const objectives = Object.keys(objectiveKinds) as [Objective, ...Objective[]];

/** One objective, or several: then the result is a Pareto front. */
export const objectiveSchema = z
  .union([
    z.enum(objectives),
    z
      .array(z.enum(objectives))
      .min(1)
      .refine((names) => new Set(names).size === names.length, 'a list in which no objective occurs twice'),
  ])
  .default('oneDayAccuracy')
  .describe('what is aimed at: one objective, or a list, whose Pareto front is searched');

/** The objectives of a configuration as a list. */
export function objectiveList(objective: z.output<typeof objectiveSchema>): readonly Objective[] {
  return typeof objective === 'string' ? [objective] : objective;
}

/**
 * Which of several objectives a surrogate learns as its score: the first that is an accuracy, else the first. All others
 * follow from its further predictions or are counted.
 */
export function scoredObjective(list: readonly Objective[]): number {
  const accuracy = list.findIndex((name) => name === 'oneDayAccuracy' || name === 'accuracyOverSpread');
  return Math.max(0, accuracy);
}

/**
 * Makes sure that there is a spread where it is aimed at: a single programming has none, and all networks would be alike.
 *
 * @throws CONFIG_INVALID
 */
export function requireSpread({
  objective,
  evaluation,
}: {
  readonly objective: z.output<typeof objectiveSchema>;
  readonly evaluation: { readonly repeats: number };
}): void {
  const name = objectiveList(objective).find((each) => each === 'spread' || each === 'accuracyOverSpread');
  if (name === undefined || evaluation.repeats > 1) return;
  fail('CONFIG_INVALID', `The objective ${name} compares programmings, and one alone has no spread.`, {
    path: 'evaluation.repeats',
    found: String(evaluation.repeats),
    accepted: '2 or more',
    hint: 'evaluation.repeats: 5, or another objective',
  });
}

/** The value of an objective for a trial, in its own direction. */
export function objectiveValue(metrics: TrialMetrics, name: Objective): number {
  const value = objectiveKinds[name].of(metrics);
  if (value === null) throw new TypeError(`the chip's description gives no ${name}`);
  return value;
}

/** A value so that more is better. */
export function maximised(name: Objective, value: number): number {
  return objectiveKinds[name].goal === 'max' ? value : -value;
}

/** The figures of a trial that steer the search. */
export function outcomeOf(metrics: TrialMetrics, list: readonly Objective[]): Outcome {
  const values = list.map((name) => maximised(name, objectiveValue(metrics, name)));
  return {
    objective: values[scoredObjective(list)]!,
    objectives: values,
    avm: metrics.avm,
    std: atOneDay(metrics).std,
  };
}
