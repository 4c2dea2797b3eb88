import { parseWith } from '../../config/index.js';
import { type CrossbarConfig, crossbarConfigSchema } from './crossbar-config.js';
import { withIoDefaults } from './io-classes.js';
import { checkTimeResolved } from './time-resolved-rules.js';

/**
 * A complete configuration from one of our own schema.
 *
 * @throws CROSSBAR_INVALID for an unknown or wrong value; CROSSBAR_UNSUPPORTED for settings with which the tile that
 *   resolves time would not give numbers
 */
export function parseCrossbar(config: unknown, source: string): CrossbarConfig {
  const parsed = parseWith(crossbarConfigSchema, withIoDefaults(config), source, 'CROSSBAR_INVALID');
  checkTimeResolved(parsed, source);
  return parsed;
}
