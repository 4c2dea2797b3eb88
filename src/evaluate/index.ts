export { evaluateNetwork, type NetworkEvaluation, type NetworkEvaluationOptions } from './evaluate-network.js';
export { chipFigures, evaluateTrial, type TrialContext } from './evaluate-trial.js';
export type { Evaluator, TrainedNetwork, TrialOutcome, TrialProgress, TrialResult, TrialStage } from './evaluator.js';
export { LocalPool, type LocalPoolOptions, mostWorkers, requireWorkers } from './local-pool.js';
export {
  findInputRanges,
  type NetworkRequest,
  needsInputRanges,
  type PreparedNetwork,
  prepareNetwork,
} from './prepare-network.js';
export { programFingerprint, programVersion } from './program-fingerprint.js';
export type { Inheritance } from './supernet/inheritance.js';
export { type SupernetOptions, supernetSchema } from './supernet/options.js';
export { type SupernetRequest, subnetOf, trainSupernet } from './supernet/train-supernet.js';
export { type ParameterRange, parseParameterRange } from './sweep/parameter-range.js';
export { runSweep, type SweepOptions, type SweepPoint, type SweepResult, sweepPoints } from './sweep/run-sweep.js';
export { knownResults, sweepDocument, sweepFile, writeSweepFiles } from './sweep/sweep-file.js';
export { openTrainedNetwork, readNormalisation, type TrainedNetworkFile } from './trained-network.js';
export { type Fidelity, type TrialSpec, trialInputs, trialStream } from './trial-spec.js';
