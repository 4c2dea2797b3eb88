import { tf } from '../../tensor/index.js';
import { inputRangeGradient } from '../tile/input-range.js';
import type { HwaLayer } from './hwa-layer.js';

/** The variable of a layer's input range, if training changes it. */
export function learnedRange({ inputRange, config }: HwaLayer): tf.Variable[] {
  const { enable, learnInputRange } = config.prePost.inputRange;
  return enable && learnInputRange && inputRange instanceof tf.Variable ? [inputRange] : [];
}

/**
 * The gradient of a layer's input range by AIHWKit's rule. A tile of AIHWKit counts every patch that a pixel is part of on
 * its own; here a convolution's pixel counts once, with the sum of its patches' gradients. The further term of the torch
 * tile, which vanishes for a perfect product, is left out (so does AIHWKit-Lightning, without loss of accuracy).
 *
 * @param dClipped gradient of the clipped input
 * @param inside per row part, true where an output was inside the bound of the ADC
 * @returns a scalar
 */
export function learnedRangeGradient(
  x: tf.Tensor,
  dClipped: tf.Tensor,
  range: number,
  inside: readonly tf.Tensor[] | undefined,
  { config, grid }: HwaLayer,
): tf.Scalar {
  const outputsInside = () => {
    if (inside === undefined) return 1;
    const clipped = inside.reduce((sum, mask) => sum + mask.size - tf.sum(tf.cast(mask, 'float32')).dataSync()[0]!, 0);
    const positions = inside[0]!.size / inside[0]!.shape.at(-1)!;
    return 1 - clipped / (positions * grid.grid.rowCuts.at(-1)!);
  };
  return tf.scalar(inputRangeGradient(config.prePost.inputRange, range, x, dClipped, outputsInside));
}
