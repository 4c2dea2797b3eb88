/** How the learning rate runs over a training. */
export const schedules = ['cosine', 'oneCycle', 'constant'] as const;

/** Name of a schedule. */
export type Schedule = (typeof schedules)[number];

/** What a schedule is computed from. */
export interface ScheduleSettings {
  readonly schedule: Schedule;
  /** Highest learning rate. */
  readonly learningRate: number;
  /** Steps of the whole training. */
  readonly totalSteps: number;
  /** Steps over which the rate rises from near 0 to its highest; not used by `oneCycle`, which rises over 30 %. */
  readonly warmupSteps: number;
}

/** Share of a one-cycle training in which the rate rises, and its first and last rate as parts of the highest. */
const oneCycle = { rise: 0.3, first: 1 / 25, last: 1 / 25e4 };

/**
 * Learning rate of step 0, 1, ... totalSteps - 1.
 *
 * `cosine`: half a cosine from the highest rate to 0 (Loshchilov and Hutter, arXiv 1608.03983, without restarts).
 * `oneCycle`: half a cosine up, then one down (Smith, arXiv 1708.07120), with the constants of PyTorch's OneCycleLR.
 */
export function learningRateAt(step: number, settings: ScheduleSettings): number {
  const { schedule, learningRate, totalSteps, warmupSteps } = settings;
  if (schedule === 'oneCycle') return oneCycleAt(step, learningRate, totalSteps);
  if (step < warmupSteps) return (learningRate * (step + 1)) / (warmupSteps + 1);
  if (schedule === 'constant') return learningRate;
  return between(learningRate, 0, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
}

function oneCycleAt(step: number, highest: number, totalSteps: number): number {
  const top = oneCycle.rise * totalSteps - 1;
  if (step <= top) return between(highest * oneCycle.first, highest, top === 0 ? 1 : step / top);
  return between(highest, highest * oneCycle.last, (step - top) / Math.max(1, totalSteps - 1 - top));
}

/** From one rate to another along half a cosine, at share `t` of the way. */
function between(from: number, to: number, t: number): number {
  return to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, Math.max(0, t))));
}
