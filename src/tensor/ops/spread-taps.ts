import { tf } from '../tf.js';

/**
 * A dilated kernel [kh, kw, ...] as a larger one with zeros between its taps, which needs no dilation. Differentiable.
 */
export function spreadTaps(kernel: tf.Tensor4D, [down, across]: readonly [number, number]): tf.Tensor4D {
  if (down === 1 && across === 1) return tf.clone(kernel);
  const [height, width, inputs, outputs] = kernel.shape;
  return tf.tidy(() => {
    const spaced = tf.pad(tf.reshape(kernel, [height, 1, width, 1, inputs * outputs]), [
      [0, 0],
      [0, down - 1],
      [0, 0],
      [0, across - 1],
      [0, 0],
    ]);
    const whole = tf.reshape(spaced, [height * down, width * across, inputs, outputs]) as tf.Tensor4D;
    // the zeros behind the last taps would make the window larger
    const reach = [(height - 1) * down + 1, (width - 1) * across + 1, inputs, outputs];
    return tf.slice(whole, [0, 0, 0, 0], reach as [number, number, number, number]);
  });
}
