import { tf } from '../tf.js';

/** Whether the backend in use has a fused kernel of this name; where it has none, plain operations do the work. */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}
