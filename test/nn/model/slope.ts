import { tf } from '../../../src/tensor/index.js';

/** Change of `value` per unit of a step of `variable` along `direction`, by central differences. */
export function slope(variable: tf.Variable, direction: tf.Tensor, value: () => number): number {
  const epsilon = 2e-3;
  const start = tf.clone(variable as tf.Tensor);
  const at = (step: number) => {
    variable.assign(tf.tidy(() => tf.add(start, tf.mul(direction, step))));
    return value();
  };
  const result = (at(epsilon) - at(-epsilon)) / (2 * epsilon);
  variable.assign(start);
  start.dispose();
  return result;
}
