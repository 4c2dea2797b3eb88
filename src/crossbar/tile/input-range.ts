import { tf } from '../../tensor/index.js';
import type { InputRangeParameters } from '../config/pre-post.js';

/** The input range of one tile: its value, and how many batches have set it. */
export class InputRange {
  /** Trainable where `learnInputRange` is set; the sign is ignored where inputs are clipped. */
  value: number;
  #batches = 0;

  constructor(readonly parameters: InputRangeParameters) {
    this.value = Math.fround(parameters.initValue);
  }

  /** The first batches of training set the range: a running mean of `initStdAlpha` standard deviations of the input. */
  observe(x: tf.Tensor): void {
    const { initFromData, initStdAlpha } = this.parameters;
    if (this.#batches >= initFromData) return;
    const deviation = standardDeviation(x);
    if (deviation > 0) {
      const mean = (this.value * this.#batches + initStdAlpha * deviation) / (this.#batches + 1);
      this.value = Math.fround(mean);
      this.#batches++;
    }
    this.value = Math.abs(this.value);
  }

  /** `clamp(x, -|r|, |r|) / r` */
  apply<T extends tf.Tensor>(x: T): T {
    const r = Math.abs(this.value);
    return tf.tidy(() => tf.div(tf.clipByValue(x, -r, r), this.value) as T);
  }

  /** {@link inputRangeGradient} of this range. */
  gradient(x: tf.Tensor, dClipped: tf.Tensor, outputsInside: () => number): number {
    return inputRangeGradient(this.parameters, this.value, x, dClipped, outputsInside);
  }
}

/**
 * The gradient of an input range (analog-inference reference, 2.5): clipped inputs ask for a larger range, decay for a
 * smaller one.
 *
 * @param range in the unit of the input
 * @param x input before clipping
 * @param dClipped gradient of the clipped input, same shape
 * @param outputsInside one minus clipped outputs over the number of inputs; asked where output clipping is managed
 */
export function inputRangeGradient(
  parameters: InputRangeParameters,
  range: number,
  x: tf.Tensor,
  dClipped: tf.Tensor,
  outputsInside: () => number,
): number {
  const { gradientRelative, gradientScale, decay, inputMinPercentage } = parameters;
  const asked = tf.tidy(() => {
    const upper = tf.mul(tf.cast(tf.greaterEqual(x, range), 'float32'), tf.minimum(dClipped, 0));
    const lower = tf.mul(tf.cast(tf.lessEqual(x, -range), 'float32'), tf.maximum(dClipped, 0));
    return tf.sub(tf.sum(upper), tf.sum(lower)).dataSync()[0]!;
  });
  let gradient = gradientRelative ? asked * range * gradientScale : asked;
  if (parameters.manageOutputClipping) {
    const share = outputsInside();
    if (share < parameters.outputMinPercentage) gradient -= (1 - share) * range;
  }
  if (decay > 0) {
    const inside = tf.tidy(() => tf.mean(tf.cast(tf.less(tf.abs(x), range), 'float32')).dataSync()[0]!);
    if (inside > inputMinPercentage) gradient += decay * range;
  }
  return gradient;
}

/** Over all elements, with n - 1. */
function standardDeviation(x: tf.Tensor): number {
  return tf.tidy(() => {
    const mean = tf.mean(x);
    const sum = tf.sum(tf.square(tf.sub(x, mean))).dataSync()[0]!;
    return Math.sqrt(sum / (x.size - 1));
  });
}
