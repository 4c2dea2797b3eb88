export { chipFigures, evaluateTrial, type TrialContext } from './evaluate-trial.js';
export type { Evaluator, TrainedNetwork, TrialOutcome, TrialProgress, TrialResult, TrialStage } from './evaluator.js';
export { LocalPool, type LocalPoolOptions } from './local-pool.js';
export { programFingerprint, programVersion } from './program-fingerprint.js';
export { type Fidelity, type TrialSpec, trialInputs, trialStream } from './trial-spec.js';
