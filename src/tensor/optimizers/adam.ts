import { hasKernel } from '../ops/has-kernel.js';
import { tf } from '../tf.js';
import type { Optimizer, StepOptions } from './optimizer.js';
import { assertGradients, runStep, Slots } from './slots.js';

/** Settings of {@link Adam}; the defaults are the paper's. */
export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** Attributes of one Adam step. */
export interface AdamStepAttrs {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** 1 - beta1^t and 1 - beta2^t at step t, counted from 1. */
  readonly correction1: number;
  readonly correction2: number;
}

/** Kernel that updates in place: inputs {variable, first, second, grad}, attributes {@link AdamStepAttrs}. */
export const AdamStep = 'AdamStep';

/** Adam (Kingma and Ba, 2015) with bias correction and coupled weight decay, as PyTorch defines it. */
export class Adam implements Optimizer {
  readonly #firsts = new Slots();
  readonly #seconds = new Slots();
  readonly #options: Required<AdamOptions>;
  #steps = 0;

  constructor({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}) {
    this.#options = { beta1, beta2, epsilon };
  }

  step(variables: readonly tf.Variable[], grads: readonly tf.Tensor[], options: StepOptions): void {
    assertGradients('Adam', variables, grads);
    this.#steps++;
    const { beta1, beta2 } = this.#options;
    const attrs: AdamStepAttrs = {
      ...this.#options,
      learningRate: options.learningRate,
      weightDecay: options.weightDecay ?? 0,
      correction1: 1 - beta1 ** this.#steps,
      correction2: 1 - beta2 ** this.#steps,
    };
    const fused = hasKernel(AdamStep);
    for (const [i, variable] of variables.entries()) {
      const first = this.#firsts.get(variable);
      const second = this.#seconds.get(variable);
      const grad = grads[i]!;
      if (fused) runStep(AdamStep, { variable, first, second, grad }, { ...attrs }, [variable, first, second]);
      else adamReference(variable, first, second, grad, attrs);
    }
  }

  dispose(): void {
    this.#firsts.dispose();
    this.#seconds.dispose();
  }
}

/** One variable's step in plain operations. */
export function adamReference(
  variable: tf.Variable,
  first: tf.Variable,
  second: tf.Variable,
  grad: tf.Tensor,
  { learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2 }: AdamStepAttrs,
): void {
  tf.tidy(() => {
    const g = weightDecay === 0 ? grad : tf.add(grad, tf.mul(variable, weightDecay));
    const m = tf.add(tf.mul(first, beta1), tf.mul(g, 1 - beta1));
    const v = tf.add(tf.mul(second, beta2), tf.mul(tf.square(g), 1 - beta2));
    const denominator = tf.add(tf.sqrt(tf.div(v, correction2)), epsilon);
    first.assign(m);
    second.assign(v);
    variable.assign(tf.sub(variable, tf.mul(tf.div(m, denominator), learningRate / correction1)));
  });
}
