export { writeFileAtomic } from './atomic-write.js';
export { guardPlace, guardWrite, guardWriteAsync, resultsHint } from './guard-write.js';
export { requireWritableFile, requireWritableFolder } from './output-path.js';
export { listRunFolders, openResultsFolder } from './results-folder.js';
export { defaultResults, resumeHint } from './resume-hint.js';
export { isLocked, lockRun } from './run-lock.js';
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
