export { writeFileAtomic } from './atomic-write.js';
export { guardWrite, listRunFolders, openResultsFolder } from './results-folder.js';
export { isLocked } from './run-lock.js';
export { type RunRecord, runFormat, runRecordSchema } from './run-record.js';
export { listRuns, type RunStart, RunStore, readRun } from './run-store.js';
export { TrialCache } from './trial-cache.js';
export {
  architectureSchema,
  type ChipFigures,
  type DriftPoint,
  type TrialMetrics,
  type TrialPrediction,
  type TrialRecord,
  trialMetricsSchema,
  trialRecordSchema,
} from './trial-record.js';
