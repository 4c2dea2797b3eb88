import { tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import type { Mapping } from '../config/mapping.js';

/**
 * The mapping of a layer whose scales follow its weights. Remapping after every step comes to the same: the largest weight
 * of the tile, or of each of its outputs, is `remappedWmax`.
 */
export function mappingInForce({ mapping, remap }: Pick<CrossbarConfig, 'mapping' | 'remap'>): Mapping {
  if (remap.type === 'None') return mapping;
  const weightScalingColumnwise = remap.type === 'ChannelwiseSymmetric';
  return { ...mapping, weightScalingOmega: remap.remappedWmax, weightScalingColumnwise };
}

/**
 * The digital factor s of a tile: analog weights are W / s, outputs are multiplied by s.
 * `max|W| / omega` of the tile or of each output; 1 where that is zero, and everywhere where omega is 0.
 *
 * @param weights logical weights of one tile, [inputs, outputs]
 * @returns [1, outputs]
 */
export function mappingScale(weights: tf.Tensor2D, mapping: Mapping): tf.Tensor2D {
  const outputs = weights.shape[1];
  if (mapping.weightScalingOmega <= 0) return tf.ones([1, outputs]);
  return tf.tidy(() => {
    const largest = tf.max(tf.abs(weights), mapping.weightScalingColumnwise ? 0 : undefined, true);
    const scale = tf.div(largest, mapping.weightScalingOmega);
    return tf.mul(nonZero(scale), tf.ones([1, outputs])) as tf.Tensor2D;
  });
}

/** Zeros replaced by ones, so that a tile of zero weights stays zero. */
export function nonZero<T extends tf.Tensor>(scale: T): T {
  return tf.tidy(() => tf.where(tf.equal(scale, 0), tf.onesLike(scale), scale) as T);
}
