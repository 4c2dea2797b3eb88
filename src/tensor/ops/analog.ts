import type { RandomSource } from '../random/source.js';
import { tf } from '../tf.js';
import { hasKernel } from './has-kernel.js';

/** Kernel of {@link analogConv2d}. */
export const AnalogConv2D = 'AnalogConv2D';
/** Kernel of {@link analogMatMul}. */
export const AnalogMatMul = 'AnalogMatMul';

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
  /** 1 where the value of a tile reached 0.999 outBound, bool [tiles, positions, outputs]; only with `masks`. */
  readonly clipped?: tf.Tensor;
  /** How many ones `clipped` holds; only with `masks`. */
  readonly clippedCount?: number;
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
  const [y, clipped, count] = outputs;
  if (clipped === undefined || count === undefined) return { y: y! };
  const clippedCount = count.dataSync()[0]!;
  count.dispose();
  return { y: y!, clipped, clippedCount };
}
