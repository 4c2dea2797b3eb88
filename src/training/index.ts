export { AbortError, breathe } from './abort.js';
export { type AccuracyOptions, accuracy } from './accuracy.js';
export { type DriftAccuracy, type DriftContext, driftAccuracy, meanAndStd } from './drift-accuracy.js';
export { type GradientStep, gradientStep } from './gradient-step.js';
export type { EpochRecord, StepRecord, TrainingHistory } from './history.js';
export { kernelNames } from './kernel-names.js';
export {
  type DigitalTraining,
  type DigitalTrainingOptions,
  type DriftEvaluation,
  digitalTrainingSchema,
  driftEvaluationSchema,
  type HwaTraining,
  type HwaTrainingOptions,
  hwaTrainingSchema,
} from './options.js';
export { learningRateAt, type Schedule, type ScheduleSettings, schedules } from './schedule.js';
export type { TrainingContext, TrainingData } from './train.js';
export { trainDigital } from './train-digital.js';
export { trainHwa } from './train-hwa.js';
