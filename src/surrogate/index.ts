export { ArchitectureRanker, type Ranking } from './architecture-ranker.js';
export type { Ceiling } from './ceiling.js';
export { type RowsOrigin, spaceOfRows } from './collection.js';
export { columnScale, scaleColumns } from './column-scale.js';
export { type CreateSurrogateOptions, createSurrogate } from './create-surrogate.js';
export type { FeatureImportance } from './feature-importance.js';
export { type FitRequest, type FitSummary, fitSurrogate } from './fit-surrogate.js';
export { type ImportRequest, type ImportSummary, importSurrogate } from './import-surrogate.js';
export { kendallTau } from './kendall-tau.js';
export { type LabelWarp, labelWarp, toScores } from './label-warp.js';
export { type MeasuredTable, readMeasuredTable } from './measured-table.js';
export type { SurrogateOptions } from './model-surrogate.js';
export { ndcg } from './ndcg.js';
export type { Quality } from './quality.js';
export { type ScoreReport, type ScoreRequest, scoreSurrogate } from './score-surrogate.js';
export type { FitReport, Prediction, Surrogate, TrialRow } from './surrogate.js';
export { type FitNotes, type SurrogateCard, surrogateCardSchema } from './surrogate-card.js';
export { type SurrogateKind, surrogateKinds } from './surrogate-kind.js';
export { readTrialTable, type TrialTable } from './trial-table.js';
export { Booster, type BoosterParameters, type FeatureTable, featureTable } from './xgboost/booster.js';
export { importXgboost } from './xgboost/import-xgboost.js';
export { type XgboostStatus, xgboostStatus } from './xgboost/library.js';
export { TreeEnsemble } from './xgboost/tree-ensemble.js';
export {
  activationCodes,
  crossbarSnr,
  noiseSensitivity,
  synflow,
  type ZeroCostName,
  zeroCostNames,
} from './zero-cost/index.js';
