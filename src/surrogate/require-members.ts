import { fail, KirchhoffError } from '../config/index.js';
import type { Architecture, SearchSpace } from '../space/index.js';

/**
 * Refuses a list with architectures that are no points of a space: they have encodings too, often within every range.
 *
 * @param pathOf where in the input an architecture stands, for the refusal
 * @throws ARCHITECTURE_INVALID naming that place and the gene
 */
export function requireMembers(
  space: SearchSpace,
  architectures: readonly Architecture[],
  pathOf: (place: number) => string,
): void {
  for (const [place, architecture] of architectures.entries()) {
    try {
      space.validate(architecture);
    } catch (error) {
      if (!(error instanceof KirchhoffError)) throw error;
      const path = [pathOf(place), error.details.path].filter((part) => part !== undefined).join('.');
      fail(error.code, error.summary, { ...error.details, path }, error);
    }
  }
}
