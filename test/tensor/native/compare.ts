import * as fc from 'fast-check';
import { expect } from 'vitest';
import { tf, useBackend } from '../../../src/tensor/index.js';
import type { NativeAddon } from '../../../src/tensor/native/addon.js';
import { loadNative } from '../../../src/tensor/native/loader.js';
import { expectClose } from '../support.js';

/** Runs per property, under a fixed seed. */
export const runs = { numRuns: 40, seed: 20260101 };

/** Values of all tensors that `f` returns. */
export function valuesOf(f: () => tf.Tensor[]): number[][] {
  return tf.tidy(() => f().map((t) => Array.from(t.dataSync())));
}

/** Expects the same shapes and values from cpu and native, and that the native run called each function of `expected`. */
export async function expectSame(f: () => tf.Tensor[], expected: readonly string[], tolerance = 1e-5): Promise<void> {
  await useBackend({ backend: 'cpu' });
  const reference = valuesOf(f);
  await useBackend({ backend: 'native' });
  const calls = recordCalls();
  const actual = valuesOf(f);
  const called = calls.stop();
  for (const name of expected) expect(called).toContain(name);
  expect(actual.length).toBe(reference.length);
  for (const [i, values] of actual.entries()) expectClose(values, reference[i]!, tolerance);
}

/** Notes the names of the addon's functions that are called until `stop`. */
export function recordCalls(): { stop(): Set<string> } {
  const load = loadNative();
  if (!('addon' in load)) throw new Error('the addon is not built');
  const addon = load.addon as unknown as Record<string, (...args: unknown[]) => unknown>;
  const called = new Set<string>();
  const originals = Object.entries(addon).filter(([, value]) => typeof value === 'function');
  for (const [name, original] of originals) {
    addon[name] = (...args) => {
      called.add(name);
      return original(...args);
    };
  }
  return {
    stop: () => {
      for (const [name, original] of originals) addon[name] = original;
      return called;
    },
  };
}

/** The addon, for tests that call it directly. */
export function addonUnderTest(): NativeAddon {
  const load = loadNative();
  if (!('addon' in load)) throw new Error('the addon is not built');
  return load.addon;
}

/** A seed for the numbers of one case. */
export const seeds = fc.integer({ min: 0, max: 1e6 });

/** A shape of 1 to 4 axes. */
export const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });

/** Two shapes that broadcast, and may lack leading axes. */
export const broadcastShapes = fc
  .tuple(shapes, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }), fc.nat(3), fc.nat(3))
  .map(([shape, repeated, dropA, dropB]) => {
    const a = shape.map((size, i) => (repeated[i] === 1 ? 1 : size));
    const b = shape.map((size, i) => (repeated[i] === 2 ? 1 : size));
    return { a: a.slice(Math.min(dropA, a.length - 1)), b: b.slice(Math.min(dropB, b.length - 1)) };
  });

/** An image, a window and how the window moves; always with at least one output. */
export const windows = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    h: fc.integer({ min: 1, max: 11 }),
    w: fc.integer({ min: 1, max: 19 }),
    c: fc.integer({ min: 1, max: 21 }),
    kh: fc.integer({ min: 1, max: 5 }),
    kw: fc.integer({ min: 1, max: 5 }),
    sh: fc.integer({ min: 1, max: 3 }),
    sw: fc.integer({ min: 1, max: 3 }),
    pad: fc.constantFrom('same' as const, 'valid' as const, 'explicit' as const),
    dilation: fc.integer({ min: 1, max: 2 }),
    k: fc.integer({ min: 1, max: 37 }),
    seed: seeds,
  })
  .filter(({ h, w, kh, kw, pad }) => pad !== 'valid' || (kh <= h && kw <= w))
  .filter(({ h, w, kh, kw, pad }) => pad !== 'explicit' || (kh <= h + 3 && kw <= w + 2));

/** tfjs' form of the padding of a window. */
export const padOf = (pad: 'same' | 'valid' | 'explicit'): 'same' | 'valid' | tf.backend_util.ExplicitPadding =>
  pad === 'explicit'
    ? [
        [0, 0],
        [1, 2],
        [2, 0],
        [0, 0],
      ]
    : pad;
