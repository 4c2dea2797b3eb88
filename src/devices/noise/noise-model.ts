import type { Rng, tf } from '../../tensor/index.js';
import type { Converter } from '../converter/converter.js';

/**
 * What a technology does to conductances, device by device. All conductances in uS, times in seconds.
 * A stranger's device needs these three functions, a converter, and a schema.
 */
export interface NoiseModel {
  /** How weights become conductances of this technology. */
  readonly converter: Converter;
  /** Conductances right after iterative programming towards `target`. */
  program(target: tf.Tensor, rng: Rng): tf.Tensor;
  /** What each device keeps from programming for its later life: usually its drift exponent nu. Drawn once per programming. */
  driftCoefficient(target: tf.Tensor, rng: Rng): tf.Tensor;
  /** Conductances as read `seconds` after programming: drifted, with fresh read noise. `nu` is what `driftCoefficient` gave. */
  drift(programmed: tf.Tensor, nu: tf.Tensor, seconds: number, rng: Rng): tf.Tensor;
}
