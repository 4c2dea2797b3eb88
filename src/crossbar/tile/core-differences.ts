import { z } from 'zod';
import { type Rng, randomNormal, tf } from '../../tensor/index.js';

const spread = (of: string) =>
  z.number().min(0).max(1).default(0).describe(`relative standard deviation of ${of}; 0: none`);

/**
 * How the cores of a chip differ from each other, beyond the noise of their devices. Each tile of a layer counts as one
 * core; what is drawn for it holds until the next programming.
 */
export const coreDifferencesSchema = z
  .strictObject({
    adcNoise: spread('the output noise from core to core'),
    adcGain: spread('the gain from core to core: one factor for all ADCs of a core'),
    columnGain: spread('the gain from ADC to ADC within a core'),
    drift: spread('the drift exponents from core to core: one factor for all devices of a core'),
  })
  .describe('how cores differ; each has its own programming and its own drift compensation in any case');

/** See {@link coreDifferencesSchema}. */
export type CoreDifferences = z.output<typeof coreDifferencesSchema>;

/** What one core was found to be like. */
export interface CoreDraw {
  /** Factor on the standard deviation of its output noise. */
  readonly noise: number;
  /** Factor on what arrives at each of its ADCs, [1, outputs]. */
  readonly gain: tf.Tensor2D;
  /** Factor on the drift exponents of its devices. */
  readonly drift: number;
}

/**
 * Draws a core: every factor is |1 + spread N(0, 1)|, a column's gain the product of its own and its core's. Each factor
 * has a stream of its own, so that one spread changes no other factor.
 */
export function drawCore(
  { adcNoise, adcGain, columnGain, drift }: CoreDifferences,
  outputs: number,
  rng: Rng,
): CoreDraw {
  const columns = tf.tidy(() => {
    const factors =
      columnGain === 0 ? tf.ones([1, outputs]) : randomNormal([1, outputs], rng.child('column-gain'), 1, columnGain);
    return tf.mul(tf.abs(factors), factor(adcGain, rng.child('gain'))) as tf.Tensor2D;
  });
  return { noise: factor(adcNoise, rng.child('noise')), gain: columns, drift: factor(drift, rng.child('drift')) };
}

function factor(spread: number, rng: Rng): number {
  return spread === 0 ? 1 : tf.tidy(() => Math.abs(1 + spread * randomNormal([1], rng).dataSync()[0]!));
}
