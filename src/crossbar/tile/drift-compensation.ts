import { type Rng, tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import { analogMvm, type MvmTile } from '../mvm/analog-mvm.js';

type Compensation = NonNullable<CrossbarConfig['driftCompensation']>;

/** A readout below this counts as this (AIHWKit clamps there). */
const SMALLEST_READOUT = 1e-4;

/**
 * The strength of a tile's answer to unit inputs, one after the other: mean |output| over everything, or per column.
 * Measured through the noisy forward pass of the tile, without digital scales.
 *
 * @returns [1, 1] or [1, outputs]
 */
export function readout(weights: tf.Tensor2D, tile: MvmTile, { class: kind }: Compensation, rng: Rng): tf.Tensor2D {
  return tf.tidy(() => meanMagnitude(analogMvm(tf.eye(weights.shape[0]), weights, tile, rng), kind));
}

/** The readout right after programming that later ones are compared with; exact (noise-free, of the targets) where the type says so. */
export function baselineReadout(
  programmed: tf.Tensor2D,
  target: tf.Tensor2D,
  tile: MvmTile,
  compensation: Compensation,
  rng: Rng,
): tf.Tensor2D {
  if (compensation.class !== 'GlobalDriftCompensationWithExactReference') {
    return readout(programmed, tile, compensation, rng);
  }
  return tf.tidy(() => meanMagnitude(target, compensation.class));
}

function meanMagnitude(y: tf.Tensor2D, kind: Compensation['class']): tf.Tensor2D {
  const axis = kind === 'PerColumnDriftCompensation' ? 0 : undefined;
  return tf.maximum(tf.mean(tf.abs(y), axis, true), SMALLEST_READOUT) as tf.Tensor2D;
}
