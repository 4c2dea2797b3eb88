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
 * Which of a run's limits binds for a network; null where there are none.
 *
 * @param limits the `limits` of the run's configuration
 */
export function bindingLimit(limits: unknown, measured: Measured): BindingLimit | null {
  let binding: BindingLimit | null = null;
  for (const [name, limit] of Object.entries(limits ?? {})) {
    const value = values[name]?.(measured) ?? null;
    if (value === null || typeof limit !== 'number' || limit <= 0) continue;
    const share = value / limit;
    if (binding === null || share > binding.share) binding = { name, value, limit, share };
  }
  return binding;
}

/** For a table: `energy 60 %`. */
export function describeBinding(binding: BindingLimit | null | undefined): string {
  if (binding == null) return '–';
  return `${binding.name} ${percent(Math.max(0, binding.share), 0)}${binding.share > 1 ? ', broken' : ''}`;
}
