export {
  type BackendAttempt,
  type BackendName,
  type BackendOptions,
  type BackendReport,
  backendNames,
} from './backend/backend-report.js';
export { threadLimit, useThreads } from './backend/native.js';
export { type BackendProbe, probeBackends } from './backend/probe-backends.js';
export { useBackend } from './backend/use-backend.js';
export { fmaPeak } from './native/fma-peak.js';
export { addRelu, addReluReference } from './ops/add-relu.js';
export {
  type AnalogConvGeometry,
  type AnalogPeriphery,
  type AnalogResult,
  analogConv2d,
  analogMatMul,
  clippedFilterGradient,
  hasAnalogKernels,
} from './ops/analog.js';
export {
  type BatchNormOptions,
  type BatchNormTrainResult,
  batchNormInfer,
  batchNormInferReference,
  batchNormTrain,
  batchNormTrainReference,
} from './ops/batch-norm.js';
export { hasNoisyWeights, type NoisyWeightsAttrs, noisyWeights } from './ops/noisy-weights.js';
export {
  type CrossEntropyOptions,
  softmaxCrossEntropy,
  softmaxCrossEntropyReference,
} from './ops/softmax-cross-entropy.js';
export { spreadTaps } from './ops/spread-taps.js';
export { Adam, type AdamOptions } from './optimizers/adam.js';
export type { Optimizer, StepOptions } from './optimizers/optimizer.js';
export { SgdMomentum, type SgdMomentumOptions } from './optimizers/sgd-momentum.js';
export {
  createRng,
  fillNormalFrom,
  fillUniformFrom,
  type RandomSource,
  Rng,
  randomNormal,
  randomUniform,
} from './random/index.js';
export { isTaping } from './tape/is-taping.js';
export { type ValueAndGradients, valueAndGradients } from './tape/value-and-gradients.js';
export { tf } from './tf.js';
