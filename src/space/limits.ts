import type { LimitedCounts } from './gene-family.js';
import type { ArchitectureCounts, SpaceLimits } from './search-space.js';

/** The limits a space can check by itself, with the count each one bounds and a word for it. */
export const limitedCounts = {
  params: { count: 'parameters', noun: 'parameters' },
  macs: { count: 'macs', noun: 'MACs' },
  cores: { count: 'cores', noun: 'cores' },
} as const satisfies Record<keyof SpaceLimits, { count: keyof ArchitectureCounts; noun: string }>;

const names = Object.keys(limitedCounts) as (keyof SpaceLimits)[];

/** One limit that an architecture breaks. */
export interface Excess {
  readonly limit: keyof SpaceLimits;
  readonly value: number;
  readonly bound: number;
  /** value / bound, above 1. */
  readonly ratio: number;
}

/** True when no limit is broken. */
export function meetsLimits(counts: LimitedCounts, limits: SpaceLimits): boolean {
  return (
    !(limits.params !== undefined && counts.parameters > limits.params) &&
    !(limits.macs !== undefined && counts.macs > limits.macs) &&
    !(limits.cores !== undefined && counts.cores > limits.cores)
  );
}

/** The broken limits, the worst first. */
export function excesses(counts: ArchitectureCounts, limits: SpaceLimits): Excess[] {
  return names
    .flatMap((limit) => {
      const bound = limits[limit];
      const value = counts[limitedCounts[limit].count];
      return bound !== undefined && value > bound ? [{ limit, value, bound, ratio: value / bound }] : [];
    })
    .sort((a, b) => b.ratio - a.ratio);
}

/** How far beyond the limits, for comparing: 0 when all are met, else the sum of ln(value / bound) over the broken. */
export function distanceToLimits(counts: ArchitectureCounts, limits: SpaceLimits): number {
  return excesses(counts, limits).reduce((sum, { ratio }) => sum + Math.log(ratio), 0);
}
