import { percent } from './format.js';
import type { BindingLimit, ReportNetwork } from './report-data.js';

type Measured = Pick<ReportNetwork, 'avm' | 'parameters' | 'macs' | 'chip'>;

const values: Readonly<Record<string, (measured: Measured) => number | null>> = {
  params: ({ parameters }) => parameters,
  macs: ({ macs }) => macs,
  cores: ({ chip }) => chip.cores,
  latency: ({ chip }) => chip.latencySeconds,
  energy: ({ chip }) => chip.energyJoules,
  avm: ({ avm }) => avm,
};

/**
 * How much of each of a run's limits a network takes, the largest share first. Figures that are unknown are left out,
 * and so is an accuracy loss of 1, the default, which no network exceeds.
 *
 * @param limits the `limits` of the run's configuration
 */
export function limitShares(limits: unknown, measured: Measured): BindingLimit[] {
  const shares = Object.entries(limits ?? {}).flatMap(([name, limit]) => {
    const value = values[name]?.(measured) ?? null;
    if (value === null || typeof limit !== 'number' || limit <= 0 || (name === 'avm' && limit === 1)) return [];
    return [{ name, value, limit, share: value / limit }];
  });
  return shares.toSorted((a, b) => b.share - a.share);
}

/** Which of a run's limits binds for a network; null where there are none. */
export function bindingLimit(limits: unknown, measured: Measured): BindingLimit | null {
  return limitShares(limits, measured)[0] ?? null;
}

/** For a table: `energy 60 %`. */
export function describeBinding(binding: BindingLimit | null | undefined): string {
  if (binding == null) return '–';
  return `${binding.name} ${percent(Math.max(0, binding.share), 0)}${binding.share > 1 ? ', broken' : ''}`;
}
