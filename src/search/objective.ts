import type { DriftPoint, TrialMetrics } from '../store/index.js';
import type { Outcome } from './strategies/strategy.js';

/** What a search may maximise. */
export const objectives = ['oneDayAccuracy', 'accuracyOverSpread'] as const;

export type Objective = (typeof objectives)[number];

/** The time at which networks are compared: one day, in seconds. */
export const oneDay = 86_400;

/**
 * The least spread that counts: without it a network whose few repeats happen to agree would win over all others.
 * One part in 200 is what 40,000 images at 50 % accuracy could resolve in two standard errors.
 */
const leastSpread = 0.005;

/** Mean and spread of the accuracy one day after programming. */
export function atOneDay(metrics: Pick<TrialMetrics, 'analog'>): DriftPoint {
  const point = metrics.analog.find(({ seconds }) => seconds === oneDay);
  if (point === undefined) throw new TypeError('a search evaluates at one day');
  return point;
}

/** The figures of a trial that steer the search. */
export function outcomeOf(metrics: TrialMetrics, objective: Objective): Outcome {
  const { mean, std } = atOneDay(metrics);
  return {
    objective: objective === 'oneDayAccuracy' ? mean : mean / Math.max(std, leastSpread),
    avm: metrics.avm,
    std,
  };
}
