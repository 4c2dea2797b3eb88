import { expect } from 'vitest';
import { createRng, randomNormal, tf } from '../../src/tensor/index.js';
import { loadNative } from '../../src/tensor/native/loader.js';

/** A reproducible tensor of normal numbers. */
export const normals = (shape: number[], seed: number): tf.Tensor => randomNormal(shape, createRng(seed));

/** Expects |a - b| <= tolerance * max(1, max|b|) everywhere. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-4): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    worst = Math.max(error, worst);
  }
  expect(worst).toBeLessThanOrEqual(tolerance * scale);
}

/**
 * Compares the gradients of `loss` (a weighted sum of `f`'s output) with central differences in every input.
 * Inputs should be small; float32 limits the agreement to about 1e-2.
 */
export function expectGradients(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[], tolerance = 2e-2): void {
  const outputShape = tf.tidy(() => f(...inputs).shape);
  const weights = normals(outputShape, 999);
  const loss = (...xs: tf.Tensor[]) => tf.sum(tf.mul(f(...xs), weights)) as tf.Scalar;
  const analytic = tf
    .grads(loss)(inputs)
    .map((t) => t.dataSync());
  const step = 1e-2;
  for (const [k, input] of inputs.entries()) {
    const values = input.dataSync();
    const numeric = values.map((_, i) => {
      const at = (delta: number) =>
        tf.tidy(() => {
          const moved = values.slice();
          moved[i] = moved[i]! + delta;
          return loss(...inputs.map((x, j) => (j === k ? tf.tensor(moved, x.shape) : x))).dataSync()[0]!;
        });
      return (at(step) - at(-step)) / (2 * step);
    });
    expectClose(analytic[k]!, numeric, tolerance);
  }
}

const load = loadNative();

/** Whether the native addon is built and loads here. */
export const nativeAvailable = 'addon' in load;

/** For the names of tests that are skipped without it. */
export const nativeReason = 'addon' in load ? '' : `(not built: ${load.failures[0]?.reason})`;
