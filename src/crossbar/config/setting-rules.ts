import { fail } from '../../config/index.js';
import type { CrossbarConfig } from './crossbar-config.js';

/** A combination of settings that a tile does not do: which setting to name, whether it is there, what is accepted. */
export type SettingRule = readonly [path: string, violated: (config: CrossbarConfig) => boolean, accepted: string];

/** True for the tile that resolves the voltage drop in time. */
export function resolvesTime(config: Pick<CrossbarConfig, 'class'>): boolean {
  return config.class === 'TorchInferenceRPUConfigIRDropT';
}

/**
 * Refuses the first setting that violates a rule, in the tile's name unless another `summary` is given.
 * @throws CROSSBAR_UNSUPPORTED naming the setting and what the tile accepts
 */
export function applyRules(
  rules: readonly SettingRule[],
  config: CrossbarConfig,
  source: string,
  summary = `The tile of ${config.class} does not support this setting.`,
): void {
  const violation = rules.find(([, violated]) => violated(config));
  if (violation === undefined) return;
  const [path, , accepted] = violation;
  const found = path.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], config);
  fail('CROSSBAR_UNSUPPORTED', summary, {
    source,
    path,
    found: JSON.stringify(found),
    accepted,
  });
}
