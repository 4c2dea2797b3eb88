export {
  type CollectEvent,
  type CollectOptions,
  type CollectResult,
  collectRows,
} from './collect/collect-rows.js';
export {
  parseSearchConfig,
  type SearchConfig,
  searchConfigSchema,
  workerCount,
} from './config.js';
export { showDuration } from './duration.js';
export { type EvaluateOptions, type Evaluation, evaluateArchitecture } from './evaluate-architecture.js';
export type { PlannedTrial, RunEvent, TrialCounts } from './events.js';
export { bestFolder } from './export-best.js';
export { architectureFiles, intoExportFolder, requireExportFolder } from './export-folder.js';
export { exportStudy } from './export-study.js';
export type { FrontMember, FrontReport, ObjectiveValues } from './front.js';
export type { GeneShare, Importance } from './importance/gene-importance.js';
export { importanceOfRun } from './importance/run-importance.js';
export {
  atOneDay,
  type Objective,
  type ObjectiveKind,
  objectiveKinds,
  objectiveList,
  objectives,
  oneDay,
} from './objective.js';
export { plannedTrials, type TrialBudget, type TrialsSoFar } from './planned-trials.js';
export { comparableTrials, rankedTrials } from './ranking.js';
export type { FinalMeasurement, FinalRow, SearchResult } from './result.js';
export { type RunOptions, resumeRun, runSearch } from './run-search.js';
export { prepareRun, type RunSetup } from './setup.js';
export { Bananas, type BananasOptions, bananasSchema } from './strategies/bananas.js';
export { Bayesian, type BayesianOptions, bayesianSchema } from './strategies/bayesian.js';
export { Evolution, type EvolutionOptions, evolutionSchema } from './strategies/evolution.js';
export {
  createStrategy,
  type StrategyName,
  type StrategyOptions,
  strategyNames,
  surrogateOf,
} from './strategies/index.js';
export { LocalSearch } from './strategies/local-search.js';
export { Nsga2, type Nsga2Options, nsga2Schema } from './strategies/nsga2.js';
export { RandomSearch } from './strategies/random.js';
export {
  RegularizedEvolution,
  type RegularizedEvolutionOptions,
  regularizedEvolutionSchema,
} from './strategies/regularized-evolution.js';
export type { Advisor, Opinion, Outcome, Strategy, StrategyContext, ToldTrial } from './strategies/strategy.js';
export { SurrogateNsga2, type SurrogateNsga2Options, surrogateNsga2Schema } from './strategies/surrogate-nsga2.js';
export type { SupernetCheck } from './supernet.js';
export { SurrogateAdvisor, type SurrogateReport } from './surrogate-advisor.js';
export { tableTrial } from './trials.js';
export { reportFile, writeReport } from './write-report.js';
