import { hasKernel } from '../ops/has-kernel.js';
import { tf } from '../tf.js';
import type { Rng } from './rng.js';
import type { RandomSource } from './source.js';
import { fillNormalFrom, fillUniformFrom } from './source.js';

/** Kernel that fills a tensor with normal numbers; attributes {shape, source, mean, std}. */
export const PhiloxNormal = 'PhiloxNormal';
/** Kernel that fills a tensor with uniform numbers; attributes {shape, source, lo, hi}. */
export const PhiloxUniform = 'PhiloxUniform';

/** The attributes of a Philox kernel: the result is a * number + b, in float32. */
export interface PhiloxAttrs {
  readonly shape: readonly number[];
  readonly source: RandomSource;
  /** mean of a normal, lower end of a uniform number */
  readonly shift: number;
  /** standard deviation of a normal, width of the range of a uniform number */
  readonly scale: number;
}

function philox(kernel: string, attrs: PhiloxAttrs, fill: (out: Float32Array) => Float32Array): tf.Tensor {
  if (hasKernel(kernel)) {
    return tf.engine().runKernel(kernel, {}, attrs as unknown as tf.NamedAttrMap) as tf.Tensor;
  }
  const size = tf.util.sizeFromShape([...attrs.shape]);
  return tf.tensor(fill(new Float32Array(size)), [...attrs.shape], 'float32');
}

/** A tensor of normal numbers, the next of `rng`; a native kernel draws the same ones to 1e-6. */
export function randomNormal(shape: readonly number[], rng: Rng, mean = 0, std = 1): tf.Tensor {
  const source = rng.source(tf.util.sizeFromShape([...shape]));
  return philox(PhiloxNormal, { shape, source, shift: mean, scale: std }, (out) =>
    fillNormalFrom(source, out, mean, std),
  );
}

/** A tensor of uniform numbers in [lo, hi), the next of `rng`: the same bits on every backend. */
export function randomUniform(shape: readonly number[], rng: Rng, lo = 0, hi = 1): tf.Tensor {
  const source = rng.source(tf.util.sizeFromShape([...shape]));
  return philox(PhiloxUniform, { shape, source, shift: lo, scale: hi - lo }, (out) =>
    fillUniformFrom(source, out, lo, hi),
  );
}
