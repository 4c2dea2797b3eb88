import { fail, nearestWord } from '../../config/index.js';
import { fromAihwkit, looksLikeAihwkit } from './aihwkit.js';
import type { CrossbarConfig } from './crossbar-config.js';
import { parseCrossbar } from './parse-crossbar.js';
import { defaultPreset, presets } from './presets.js';

/** The names that {@link resolveCrossbar} knows. */
export function crossbarPresets(): string[] {
  return Object.keys(presets);
}

/**
 * A complete crossbar configuration from a preset's name, an object of our own schema, or an AIHWKit configuration.
 *
 * @param source where the value came from; named in errors
 * @throws CROSSBAR_INVALID for an unknown preset (with the known ones) or a wrong value (with its path);
 *   CROSSBAR_UNSUPPORTED for settings that the tile resolving time does not take
 */
export function resolveCrossbar(nameOrConfig: unknown = defaultPreset, source = 'crossbar'): CrossbarConfig {
  if (typeof nameOrConfig === 'string') return presetNamed(nameOrConfig, source);
  if (looksLikeAihwkit(nameOrConfig)) return fromAihwkit(nameOrConfig, source);
  return parseCrossbar(nameOrConfig, source);
}

function presetNamed(name: string, source: string): CrossbarConfig {
  const preset = presets[name];
  if (preset === undefined) {
    const guess = nearestWord(name, crossbarPresets());
    fail('CROSSBAR_INVALID', `There is no crossbar preset "${name}".`, {
      source,
      found: name,
      accepted: crossbarPresets().join(', '),
      ...(guess !== undefined && { hint: guess }),
    });
  }
  return parseCrossbar(preset, source);
}
