/**
 * Kirchhoff: neural architecture search for analog in-memory computing, and the crossbar simulator under it.
 *
 * @example
 * import { createRng, loadModel, resolveCrossbar, useBackend } from 'kirchhoff';
 * await useBackend();
 * const model = await loadModel('results/0f3k9x2m1a7b/best');
 * const analog = model.toAnalog(resolveCrossbar('pcm-8bit-256'));
 * analog.program(createRng(1)); analog.drift(86_400, createRng(2)); // then analog.predict(images, rng)
 */
export {
  type Chip,
  type ChipCost,
  chipCost,
  chipNames,
  loadChip,
  type Mapping,
  type MappingOptions,
  mapNetwork,
} from './chip/index.js';
export { applyOverrides, type ErrorCode, errorCodes, KirchhoffError, readDocument } from './config/index.js';
export {
  AnalogLayer,
  activationQuantiser,
  type CoreDifferences,
  type CrossbarConfig,
  crossbarPresets,
  fromAihwkit,
  type HwaContext,
  type LayerPeriphery,
  type LayerQuantisers,
  type LayerShape,
  loadCrossbar,
  type OptimisedProgramming,
  type OutputStage,
  optimiseProgramming,
  Quantiser,
  type QuantiserValues,
  resolveCrossbar,
  type StepGradients,
  toAihwkit,
  weightQuantiser,
} from './crossbar/index.js';
export {
  type Batch,
  downloadCifar10,
  type ImageSet,
  loadTask,
  type Task,
  type TaskData,
  taskNames,
  toTensor,
} from './data/index.js';
export { createNoiseModel, type NoiseModel } from './devices/index.js';
export {
  type Evaluator,
  evaluateTrial,
  LocalPool,
  type TrialOutcome,
  type TrialResult,
  type TrialSpec,
} from './evaluate/index.js';
export {
  type ExportResult,
  exportModel,
  fusionExport,
  fusionImport,
  type ImportedNetwork,
  importOnnx,
  type LayersModel,
  loadLayersModel,
  loadModel,
  readModelInfo,
  saveLayersModel,
  toLayersModel,
} from './interop/index.js';
export {
  AnalogModel,
  baselineGraph,
  baselineNames,
  type CrossbarMatrix,
  countNetwork,
  type ForwardOptions,
  GraphBuilder,
  type InputRanges,
  inferShapes,
  Model,
  type NetworkCount,
  type NetworkGraph,
  parseGraph,
  type QuantisationRanges,
  type Shape,
  type WeightMap,
  type WeightValues,
  type Wire,
} from './nn/index.js';
export {
  type Evaluation,
  evaluateArchitecture,
  parseSearchConfig,
  type RunEvent,
  type RunOptions,
  resumeRun,
  runSearch,
  type SearchConfig,
  type SearchResult,
  type Strategy,
  searchConfigSchema,
} from './search/index.js';
export { type Architecture, loadArchitecture, loadSpace, type SearchSpace, spaceNames } from './space/index.js';
export { readRun, type TrialMetrics, type TrialRecord } from './store/index.js';
export {
  ArchitectureRanker,
  createSurrogate,
  type FitReport,
  type FitSummary,
  fitSurrogate,
  type ImportSummary,
  importSurrogate,
  importXgboost,
  kendallTau,
  type Prediction,
  type Ranking,
  type ScoreReport,
  type Surrogate,
  type SurrogateKind,
  scoreSurrogate,
  type TreeEnsemble,
  type TrialRow,
} from './surrogate/index.js';
export {
  type BackendName,
  type BackendProbe,
  type BackendReport,
  createRng,
  probeBackends,
  type Rng,
  tf,
  useBackend,
} from './tensor/index.js';
export {
  accuracy,
  type DigitalTraining,
  type DigitalTrainingOptions,
  type DriftAccuracy,
  digitalTrainingSchema,
  driftAccuracy,
  type EpochRecord,
  type HwaTraining,
  type HwaTrainingOptions,
  hwaTrainingSchema,
  type TrainingContext,
  type TrainingData,
  type TrainingHistory,
  trainDigital,
  trainHwa,
} from './training/index.js';
