import { KirchhoffError } from '../../config/index.js';
import type { Measurement } from './golden-case.js';

/**
 * A case that AIHWKit refuses passes when we refuse too, or when we do it all the same and list that as an extension.
 *
 * @param attempt runs the case
 */
export function expectRefusal(what: string, extension: boolean, attempt: () => void): Measurement {
  try {
    attempt();
  } catch (error) {
    if (error instanceof KirchhoffError) return { what: `${what} (refused)`, share: 0 };
    throw error;
  }
  return { what: `${what} (extension)`, share: extension ? 0 : Number.POSITIVE_INFINITY };
}
