import { GeneSpace } from './gene-space.js';
import { meetsLimits } from './limits.js';
import type { Architecture, SearchSpace, Survey } from './search-space.js';

/** An empty survey of so many architectures, to be filled again and again by {@link surveyArchitectures}. */
export function emptySurvey(space: SearchSpace, count: number): Survey {
  return {
    count,
    features: new Float32Array(count * space.featureNames('extended').length),
    parameters: new Float64Array(count),
    macs: new Float64Array(count),
    cores: new Float64Array(count),
    within: new Uint8Array(count),
  };
}

/**
 * Encodes many architectures, counts their parameters, MACs and cores, and checks the limits, in one pass. The result is
 * what `encodeExtended`, `counts` and `withinLimits` say of each, and comes many times as fast for the spaces of this package.
 *
 * @param into a survey of as many architectures to fill; a new one if absent
 */
export function surveyArchitectures(
  space: SearchSpace,
  architectures: readonly Architecture[],
  into: Survey = emptySurvey(space, architectures.length),
): Survey {
  if (into.count !== architectures.length)
    throw new RangeError(`a survey of ${into.count} for ${architectures.length}`);
  if (space instanceof GeneSpace) {
    space.surveyInto(architectures, into);
    return into;
  }
  const width = space.featureNames('extended').length;
  for (const [i, architecture] of architectures.entries()) {
    const counts = space.counts(architecture);
    into.features.set(space.encodeExtended(architecture), i * width);
    into.parameters[i] = counts.parameters;
    into.macs[i] = counts.macs;
    into.cores[i] = counts.cores;
    into.within[i] = meetsLimits(counts, space.limits) ? 1 : 0;
  }
  return into;
}
