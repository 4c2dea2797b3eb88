import { tf } from '../tf.js';

/** Whether a gradient is being taken: then the tape needs the activations, and nothing may be freed early. */
export function isTaping(): boolean {
  return tf.engine().state.gradientDepth > 0;
}
