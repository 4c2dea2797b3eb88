import { tf } from '../tf.js';
import { hasKernel } from './has-kernel.js';

/** Kernel of {@link addRelu}: inputs {a, b}, both float32. */
export const AddRelu = 'AddRelu';

/**
 * The end of a residual block: max(a + b, 0) in one pass. Differentiable; the gradient at 0 is 0.
 *
 * @param a any shape
 * @param b the same shape
 */
export function addRelu<T extends tf.Tensor>(a: T, b: T): T {
  tf.util.assertShapesMatch(a.shape, b.shape, 'addRelu: ');
  const fused = hasKernel(AddRelu) && a.dtype === 'float32' && b.dtype === 'float32';
  return fused ? (tf.engine().runKernel(AddRelu, { a, b }) as T) : addReluReference(a, b);
}

/** {@link addRelu} in plain operations. */
export function addReluReference<T extends tf.Tensor>(a: T, b: T): T {
  return tf.tidy(() => tf.relu(tf.add(a, b)) as T);
}
