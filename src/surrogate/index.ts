import type { SearchSpace } from '../space/index.js';
import type { Surrogate } from './surrogate.js';
import { type XgboostOptions, XgboostSurrogate } from './xgboost-surrogate.js';

export { kendallTau } from './kendall-tau.js';
export { type MeasuredTable, readMeasuredTable } from './measured-table.js';
export { ndcg } from './ndcg.js';
export { type ScoreReport, type ScoreRequest, scoreSurrogate } from './score-surrogate.js';
export type { FitReport, Prediction, Surrogate, TrialRow } from './surrogate.js';
export { type SurrogateCard, surrogateCardSchema } from './surrogate-card.js';
export { Booster, type BoosterParameters, type FeatureTable, featureTable } from './xgboost/booster.js';
export { type XgboostStatus, xgboostStatus } from './xgboost/library.js';
export { type XgboostOptions, XgboostSurrogate } from './xgboost-surrogate.js';

/** Kinds of surrogates. */
export type SurrogateKind = 'xgboost';

/** A surrogate of a kind for a space. @throws SURROGATE_UNAVAILABLE where its library is missing */
export function createSurrogate(_kind: SurrogateKind, space: SearchSpace, options: XgboostOptions = {}): Surrogate {
  return new XgboostSurrogate(space, options);
}
