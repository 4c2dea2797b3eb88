import { readDocument } from '../../config/index.js';
import type { CrossbarConfig } from './crossbar-config.js';
import { resolveCrossbar } from './resolve.js';

/**
 * A crossbar from what a user names on a command line: a preset, or a YAML or JSON file of our own schema or of any
 * shape that {@link fromAihwkit} reads.
 *
 * @throws CONFIG_UNREADABLE, CONFIG_SYNTAX, CROSSBAR_INVALID, CROSSBAR_UNSUPPORTED
 * @example loadCrossbar('StandardHWATrainingPreset'); loadCrossbar('my-chip.json')
 */
export function loadCrossbar(presetOrFile: string, source = '--crossbar'): CrossbarConfig {
  if (!/[./\\]/.test(presetOrFile)) return resolveCrossbar(presetOrFile, source);
  return resolveCrossbar(readDocument(presetOrFile), presetOrFile);
}
