import type { tf } from '../tf.js';

/** What may change from step to step. */
export interface StepOptions {
  readonly learningRate: number;
  /** L2 coefficient: weightDecay * w is added to each gradient (as PyTorch does); 0 if absent. */
  readonly weightDecay?: number;
}

/** Updates variables in place from their gradients. */
export interface Optimizer {
  /** One step. `grads[i]` belongs to `variables[i]`; the gradients stay the caller's to dispose. */
  step(variables: readonly tf.Variable[], grads: readonly tf.Tensor[], options: StepOptions): void;
  /** Frees the state. */
  dispose(): void;
}
