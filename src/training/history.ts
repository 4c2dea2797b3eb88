/** What one pass over the training images gave. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Mean loss over the epoch's steps, each taken before its update. */
  readonly loss: number;
  /** Share of the augmented training images that were classified rightly, each before its update; 0..1. */
  readonly accuracy: number;
  /** Rate of the last step. */
  readonly learningRate: number;
  /** Accuracy on the validation images after the epoch, where they were given. */
  readonly validationAccuracy?: number;
}

/** The course of a training. */
export interface TrainingHistory {
  readonly epochs: readonly EpochRecord[];
}

/** What is known after one step. */
export interface StepRecord {
  /** Counted from 1 over the whole training. */
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number;
}
