import type { RandomSource } from '../random/source.js';
import { tf } from '../tf.js';
import { hasKernel } from './has-kernel.js';

/** Kernel of {@link analogConv2d}. */
export const AnalogConv2D = 'AnalogConv2D';
/** Kernel of {@link analogMatMul}. */
export const AnalogMatMul = 'AnalogMatMul';

/** Kernel of {@link clippedFilterGradient}: Conv2DBackpropFilter with the attribute `clip`. */
export const ClippedConv2DBackpropFilter = 'ClippedConv2DBackpropFilter';

/** The periphery of the tiles, in tile units; the names are AIHWKit's. */
export interface AnalogPeriphery {
  /** Cuts of the matrix rows into tiles, from 0 to the number of rows; row (c * kh + i) * kw + j of a convolution. */
  readonly rowCuts: readonly number[];
  /** Factor on the input: 1 / input range, or 1. */
  readonly inputScale: number;
  /** Whether the scaled input is clipped to [-1, 1] first (an input range is in force). */
  readonly clipRange: boolean;
  /** DAC bound; 0 or less: none. */
  readonly inpBound: number;
  /** DAC step; 0: no rounding. */
  readonly inpStep: number;
  /** ADC bound; 0 or less: none. */
  readonly outBound: number;
  /** ADC step; 0: no rounding. */
  readonly outStep: number;
  /** Standard deviation of the noise in front of the ADC. */
  readonly outNoise: number;
  /** Noise management: each patch of each tile is divided by its largest magnitude, or by nothing. */
  readonly noiseManagement: 'None' | 'AbsMax';
  /** Where the output noise starts: element (tile * positions + position) * outputs + output. Needed if outNoise > 0. */
  readonly noiseSource?: RandomSource;
  /** Factor on all scales; 1 if absent. */
  readonly outFactor?: number;
  /** Whether a ReLU follows the sum over the tiles and the bias. */
  readonly relu?: boolean;
  /** Magnitude of ADC values that the clip mask marks; above outBound (not with AbsMax) that of values not yet clipped. 0.999 outBound if absent. */
  readonly clipFrom?: number;
  /** Whether the clip mask is wanted. */
  readonly masks?: boolean;
}

/** Geometry of an analog convolution. */
export interface AnalogConvGeometry {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Zeros around the image: [[top, bottom], [left, right]]. */
  readonly pad: readonly [readonly [number, number], readonly [number, number]];
}

/** Result of an analog product. */
export interface AnalogResult {
  readonly y: tf.Tensor;
  /** 1 where the value of a tile reached clipFrom, bool [tiles, positions, outputs]; only with `masks`, and where there is one. */
  readonly clipped?: tf.Tensor;
}

/** Whether the backend in use computes analog products in one fused pass. */
export function hasAnalogKernels(): boolean {
  return hasKernel(AnalogConv2D) && hasKernel(AnalogMatMul);
}

/**
 * A convolution on tiles: DAC while the input is packed, product per tile, then noise, ADC and digital scales. The meaning
 * is the crossbar room's reference. Without a gradient: the caller defines it. Only where {@link hasAnalogKernels}.
 *
 * @param x [n, h, w, c]
 * @param w [kh, kw, c, k], in tile units
 * @param scales [tiles, k], digital factor on the ADC values of each tile
 * @param bias [k], or null
 */
export function analogConv2d(
  x: tf.Tensor,
  w: tf.Tensor,
  scales: tf.Tensor,
  bias: tf.Tensor | null,
  options: AnalogPeriphery & AnalogConvGeometry,
): AnalogResult {
  return run(AnalogConv2D, x, w, scales, bias, options);
}

/** A matrix product on tiles: x [m, k] times w [k, n]; otherwise as {@link analogConv2d}. */
export function analogMatMul(
  x: tf.Tensor,
  w: tf.Tensor,
  scales: tf.Tensor,
  bias: tf.Tensor | null,
  options: AnalogPeriphery,
): AnalogResult {
  return run(AnalogMatMul, x, w, scales, bias, options);
}

function run(
  kernel: string,
  x: tf.Tensor,
  w: tf.Tensor,
  scales: tf.Tensor,
  bias: tf.Tensor | null,
  options: AnalogPeriphery,
): AnalogResult {
  const inputs = bias === null ? { x, w, scales } : { x, w, scales, bias };
  const attrs = { ...options } as unknown as tf.NamedAttrMap;
  const outputs = tf.engine().runKernel(kernel, inputs, attrs) as tf.Tensor[];
  const [y, count, clipped] = outputs;
  count?.dispose();
  return clipped === undefined ? { y: y! } : { y: y!, clipped };
}

/**
 * Gradient of a convolution's filter for an input that was clipped to [-clip, clip]; the attributes are those of tfjs'
 * Conv2DBackpropFilter. In one pass where the backend can clip while it reads.
 */
export function clippedFilterGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  clip: number,
  attrs: Readonly<Record<string, unknown>>,
): tf.Tensor {
  const run = (kernel: string, input: tf.Tensor, own: object) =>
    tf.engine().runKernel(kernel, { x: input, dy }, own as tf.NamedAttrMap) as tf.Tensor;
  // the kernel takes 0 for no bound
  if (hasKernel(ClippedConv2DBackpropFilter) && clip > 0 && x.size > 0 && dy.size > 0)
    return run(ClippedConv2DBackpropFilter, x, { ...attrs, clip });
  return tf.tidy(() => run('Conv2DBackpropFilter', tf.clipByValue(x, -clip, clip), attrs));
}
