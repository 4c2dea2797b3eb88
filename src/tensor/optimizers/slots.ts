import { tf } from '../tf.js';

/** One tensor of optimiser state per variable, created as zeros when first asked for. */
export class Slots {
  readonly #slots = new Map<number, tf.Variable>();

  /** The state that belongs to `variable`. */
  get(variable: tf.Variable): tf.Variable {
    let slot = this.#slots.get(variable.id);
    if (slot === undefined) {
      slot = tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
      this.#slots.set(variable.id, slot);
    }
    return slot;
  }

  /** Frees all of it. */
  dispose(): void {
    for (const slot of this.#slots.values()) slot.dispose();
    this.#slots.clear();
  }
}

/** Refuses lists that do not belong together, in the words of the optimiser. */
export function assertGradients(
  optimizer: string,
  variables: readonly tf.Variable[],
  grads: readonly tf.Tensor[],
): void {
  tf.util.assert(
    variables.length === grads.length,
    () => `${optimizer}: as many gradients as variables are needed, got ${grads.length} for ${variables.length}`,
  );
  for (const [i, variable] of variables.entries()) {
    tf.util.assert(
      tf.util.arraysEqual(variable.shape, grads[i]!.shape),
      () => `${optimizer}: the gradient of ${variable.name} has shape [${grads[i]!.shape}], not [${variable.shape}]`,
    );
  }
}

/** Runs a fused step: the kernel either updates `state` in place or returns the new values, in that order. */
export function runStep(kernel: string, inputs: tf.NamedTensorMap, attrs: object, state: tf.Variable[]): void {
  const results = tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as tf.Tensor[];
  for (const [i, result] of results.entries()) {
    state[i]!.assign(result);
    result.dispose();
  }
}
