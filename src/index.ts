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
  type CrossbarConfig,
  crossbarPresets,
  fromAihwkit,
  loadCrossbar,
  optimiseProgramming,
  Quantiser,
  resolveCrossbar,
  toAihwkit,
  weightQuantiser,
} from './crossbar/index.js';
export {
  downloadCifar10,
  type ImageSet,
  loadTask,
  type Task,
  type TaskData,
  taskNames,
  toTensor,
} from './data/index.js';
export { createNoiseModel, type NoiseModel } from './devices/index.js';
export { type Evaluator, evaluateTrial, LocalPool, type TrialSpec } from './evaluate/index.js';
export {
  exportModel,
  fusionExport,
  fusionImport,
  importOnnx,
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
  countNetwork,
  GraphBuilder,
  inferShapes,
  Model,
  type NetworkGraph,
  parseGraph,
} from './nn/index.js';
export {
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
  fitSurrogate,
  importSurrogate,
  importXgboost,
  kendallTau,
  type Surrogate,
  type SurrogateKind,
  scoreSurrogate,
} from './surrogate/index.js';
export { type BackendName, createRng, probeBackends, type Rng, tf, useBackend } from './tensor/index.js';
export {
  accuracy,
  type DigitalTraining,
  digitalTrainingSchema,
  driftAccuracy,
  type HwaTraining,
  hwaTrainingSchema,
  trainDigital,
  trainHwa,
} from './training/index.js';
