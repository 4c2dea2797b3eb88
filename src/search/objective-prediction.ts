import type { Chip } from '../chip/index.js';
import { type Architecture, chipFor, type SearchSpace } from '../space/index.js';
import { chipCostOf } from './chip-limits.js';
import { leastSpread, maximised, type Objective, scoredObjective } from './objective.js';

/** What a surrogate says that objectives follow from. */
interface Predicted {
  readonly mean: number;
  readonly avm: number;
  readonly std: number;
}

/**
 * All objectives of an architecture before it is measured, each as a number to be maximised: what can be counted is
 * counted, the others are predicted.
 */
export function objectivePredictor(
  list: readonly Objective[],
  space: SearchSpace,
  chip: Chip,
): (architecture: Architecture, predicted: Predicted) => readonly number[] {
  const scored = scoredObjective(list);
  return (architecture, predicted) =>
    list.map((name, i) => (i === scored ? predicted.mean : maximised(name, expected(name, architecture, predicted))));

  function expected(name: Objective, architecture: Architecture, { mean, avm, std }: Predicted): number {
    const counts = space.counts(architecture);
    switch (name) {
      case 'params':
        return counts.parameters;
      case 'macs':
        return counts.macs;
      case 'cores':
        return counts.cores;
      case 'latency':
      case 'energy':
        return chipCostOf(counts, chipFor(chip, architecture))[name];
      case 'avm':
        return avm;
      case 'spread':
        return std;
      case 'accuracyOverSpread':
        return mean / Math.max(std, leastSpread);
      case 'oneDayAccuracy':
        return mean * Math.max(std, leastSpread);
    }
  }
}
