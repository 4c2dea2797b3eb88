import { fail } from '../config/index.js';

/** Most chips side by side: a thousand of 64 cores with 256 x 256 cells hold four billion weights. */
export const mostChips = 1_000;

/** Most inferences of a simulated stream, which runs evenly after a few dozen. */
export const mostInferences = 1_000;

/**
 * Makes sure that a count is a whole number from 1 to `most`: time and memory may grow with it.
 *
 * @param what the things that are counted, in words
 * @throws USAGE
 */
export function requireCount(count: number, most: number, path: string, what = path): void {
  if (Number.isInteger(count) && count >= 1 && count <= most) return;
  fail('USAGE', `This is not a number of ${what}.`, {
    path,
    found: String(count),
    accepted: most === Number.POSITIVE_INFINITY ? 'a whole number >= 1' : `a whole number from 1 to ${most}`,
  });
}
