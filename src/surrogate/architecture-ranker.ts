import { join } from 'node:path';
import { type Architecture, emptySurvey, type SearchSpace, type Survey, surveyArchitectures } from '../space/index.js';
import { requireMembers } from './require-members.js';
import { readCard, readSurrogateFile } from './surrogate-card.js';
import { importXgboost } from './xgboost/import-xgboost.js';
import type { TreeEnsemble } from './xgboost/tree-ensemble.js';

/** Scores of many architectures, and whether they meet the limits. */
export interface Ranking {
  /** Higher means a higher 1-day accuracy; only the order counts. */
  readonly scores: Float32Array;
  /** 1 where the limits of the space (parameters, MACs, cores) are met. */
  readonly within: Uint8Array;
}

/** Architectures that are encoded and scored together: their features stay in the processor's nearest cache. */
const BLOCK = 64;

/**
 * Ranks architectures in bulk by the tree ranker of a surrogate: encodes, scores and checks limits without making an object
 * per architecture. For a choice among hundreds of thousands; a search that weighs tens asks {@link Surrogate.predict}.
 *
 * @example
 * const ranker = ArchitectureRanker.load('surrogates/cifar10', loadSpace('analognas-cifar10'));
 * const { scores, within } = ranker.rank(architectures);
 */
export class ArchitectureRanker {
  readonly #survey: Survey;

  constructor(
    private readonly space: SearchSpace,
    private readonly model: TreeEnsemble,
  ) {
    this.#survey = emptySurvey(space, BLOCK);
  }

  /** The ranker of a saved surrogate of kind `xgboost` or `blend`. @throws SURROGATE_INVALID */
  static load(folder: string, space: SearchSpace): ArchitectureRanker {
    readCard(join(folder, 'card.json'), ['xgboost', 'blend'], space, 'extended');
    const file = join(folder, 'xgboost-score.json');
    return new ArchitectureRanker(space, importXgboost(readSurrogateFile(file), file));
  }

  /**
   * Genes are taken as they are, since checking them would take longer than ranking: hand in what the space handed out or
   * {@link SearchSpace.validate} let pass.
   *
   * @throws ARCHITECTURE_INVALID when an architecture belongs to another space
   */
  rank(architectures: readonly Architecture[]): Ranking {
    this.#refuseForeign(architectures);
    const scores = new Float32Array(architectures.length);
    const within = new Uint8Array(architectures.length);
    for (let first = 0; first < architectures.length; first += BLOCK) {
      const some = architectures.slice(first, first + BLOCK);
      const survey = some.length === BLOCK ? this.#survey : emptySurvey(this.space, some.length);
      surveyArchitectures(this.space, some, survey);
      this.model.predictInto(survey.features, some.length, scores.subarray(first, first + some.length));
      within.set(survey.within, first);
    }
    return { scores, within };
  }

  #refuseForeign(architectures: readonly Architecture[]): void {
    if (architectures.every(({ space }) => space === this.space.name)) return;
    requireMembers(this.space, architectures, (place) => `architectures.${place}`);
  }
}
