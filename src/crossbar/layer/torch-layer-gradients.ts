import { tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import { boundOf, clip, quantise, stepOf } from '../mvm/quantise.js';
import { hasFixedScale } from './fixed-scale-forward.js';
import { toTileUnits } from './input-range.js';
import { partInputGradient, partKernelGradient } from './layer-gradient.js';
import type { LayerGrid } from './layer-grid.js';
import type { LayerShape } from './layer-shape.js';

/**
 * The input as the DACs make it, in logical units, and the gradient of the input stopped where it was clipped. Where each
 * patch has a scale of its own nothing is clipped, and the rounding is left out.
 */
export function convertedInput(x: tf.Tensor, range: number | undefined, io: CrossbarConfig['forward']) {
  const dynamic = !hasFixedScale(io);
  const bound = io.isPerfect || dynamic ? Number.POSITIVE_INFINITY : boundOf(io.inpBound);
  const step = io.isPerfect || dynamic ? 0 : stepOf(bound, io.inpRes);
  const rounded = quantise(toTileUnits(x, range), step);
  const converted = clip(rounded, bound);
  return {
    logical: range === undefined ? converted : tf.mul(converted, range),
    stopped: (dx: tf.Tensor) => {
      const within = Number.isFinite(bound) ? withinBound(dx, rounded, bound) : dx;
      return range === undefined ? within : withinBound(within, x, range);
    },
  };
}

function withinBound(dx: tf.Tensor, value: tf.Tensor, bound: number): tf.Tensor {
  return tf.mul(dx, tf.cast(tf.lessEqual(tf.abs(value), bound), 'float32'));
}

/**
 * What the torch tiles of a layer give where row parts differ: in their gradients, or in their input ranges. `dClipped` is
 * the gradient of the input behind its clipping.
 */
export function torchPartGradients(
  dParts: readonly tf.Tensor[],
  x: tf.Tensor,
  matrix: tf.Tensor2D,
  ranges: readonly (number | undefined)[],
  { shape, grid, config }: { shape: LayerShape; grid: LayerGrid; config: CrossbarConfig },
): { dx: tf.Tensor; dClipped: tf.Tensor; dKernel: tf.Tensor } {
  const parts = dParts.map((dy, part) => {
    const { logical, stopped } = convertedInput(x, ranges[part], config.forward);
    const dClipped = partInputGradient(dy, matrix, shape, grid, x.shape, part);
    return { dx: stopped(dClipped), dClipped, dKernel: partKernelGradient(logical, dy, shape, grid, part) };
  });
  return parts.reduce((a, b) => ({
    dx: tf.add(a.dx, b.dx),
    dClipped: tf.add(a.dClipped, b.dClipped),
    dKernel: tf.add(a.dKernel, b.dKernel),
  }));
}
