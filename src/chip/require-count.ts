import { fail } from '../config/index.js';

/** Most chips side by side: a thousand of 64 cores with 256 x 256 cells hold four billion weights. */
export const mostChips = 1_000;

/** Most inferences of a simulated stream, which runs evenly after a few dozen. */
export const mostInferences = 1_000;

/**
 * Makes sure that a count is a whole number from 1 to `most`: time and memory grow with it.
 *
 * @throws USAGE
 */
export function requireCount(count: number, most: number, path: string): void {
  if (Number.isInteger(count) && count >= 1 && count <= most) return;
  fail('USAGE', `This is not a number of ${path}.`, {
    path,
    found: String(count),
    accepted: `a whole number from 1 to ${most}`,
  });
}
