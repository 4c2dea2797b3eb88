import { tf } from '../../tensor/index.js';

/** The values of a computed tensor; everything on the way is freed. (A tidy that returned the array would walk through it.) */
export function read(compute: () => tf.Tensor): Float32Array {
  const result = tf.tidy(compute);
  const values = result.dataSync() as Float32Array;
  result.dispose();
  return values;
}
