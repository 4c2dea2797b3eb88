import { hasKernel } from '../ops/has-kernel.js';
import { tf } from '../tf.js';
import type { Optimizer, StepOptions } from './optimizer.js';
import { assertGradients, runStep, Slots } from './slots.js';

/** Settings of {@link SgdMomentum}. */
export interface SgdMomentumOptions {
  /** Share of the velocity that survives a step; 0.9 if absent. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

/** Kernel that updates in place: inputs {variable, velocity, grad}, attributes {learningRate, momentum, weightDecay, nesterov}. */
export const SgdMomentumStep = 'SgdMomentumStep';

/**
 * Stochastic gradient descent with momentum, as PyTorch defines it:
 * g += weightDecay w; v = momentum v + g; w -= learningRate (nesterov ? g + momentum v : v).
 */
export class SgdMomentum implements Optimizer {
  readonly #velocities = new Slots();
  readonly #momentum: number;
  readonly #nesterov: boolean;

  constructor(options: SgdMomentumOptions = {}) {
    this.#momentum = options.momentum ?? 0.9;
    this.#nesterov = options.nesterov ?? false;
  }

  step(variables: readonly tf.Variable[], grads: readonly tf.Tensor[], options: StepOptions): void {
    assertGradients('SgdMomentum', variables, grads);
    const fused = hasKernel(SgdMomentumStep);
    const { learningRate, weightDecay = 0 } = options;
    const attrs = { learningRate, weightDecay, momentum: this.#momentum, nesterov: this.#nesterov };
    for (const [i, variable] of variables.entries()) {
      const velocity = this.#velocities.get(variable);
      const grad = grads[i]!;
      if (fused) runStep(SgdMomentumStep, { variable, velocity, grad }, attrs, [variable, velocity]);
      else sgdMomentumReference(variable, velocity, grad, attrs);
    }
  }

  dispose(): void {
    this.#velocities.dispose();
  }
}

/** One variable's step in plain operations. */
export function sgdMomentumReference(
  variable: tf.Variable,
  velocity: tf.Variable,
  grad: tf.Tensor,
  attrs: { learningRate: number; momentum: number; weightDecay: number; nesterov: boolean },
): void {
  tf.tidy(() => {
    const g = attrs.weightDecay === 0 ? grad : tf.add(grad, tf.mul(variable, attrs.weightDecay));
    const v = tf.add(tf.mul(velocity, attrs.momentum), g);
    const direction = attrs.nesterov ? tf.add(g, tf.mul(v, attrs.momentum)) : v;
    velocity.assign(v);
    variable.assign(tf.sub(variable, tf.mul(direction, attrs.learningRate)));
  });
}
