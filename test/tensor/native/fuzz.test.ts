import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf, useBackend } from '../../../src/tensor/index.js';
import type { NativeFunction } from '../../../src/tensor/native/addon.js';
import { nativeAvailable, nativeReason } from '../support.js';
import { addonUnderTest } from './compare.js';

/** Not fuzzed: these take as long, or as many threads, as they are told. */
const costly = new Set(['fmaLoop', 'setThreads', 'alignedOffset']);

const number = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: -2, max: 300 }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -1, 0.5, 2 ** 31, 2 ** 53, 1e300) },
);
const array = fc.oneof(
  { weight: 9, arbitrary: fc.nat(5000).map((length) => new Float32Array(length)) },
  { weight: 2, arbitrary: fc.nat(500).map((length) => new Int32Array(length)) },
  { weight: 2, arbitrary: fc.nat(5000).map((length) => new Uint8Array(length)) },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, 3, 'x', {}, new Float64Array(9)) },
);

describe.skipIf(!nativeAvailable)(`arguments of native functions ${nativeReason}`, () => {
  it('are refused with an Error or accepted, whatever they are (20,000 calls)', () => {
    const addon = addonUnderTest();
    const functions = Object.entries(addon).filter(([name, value]) => typeof value === 'function' && !costly.has(name));
    expect(functions.length).toBeGreaterThan(25);
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...functions),
        fc.array(number, { maxLength: 34 }),
        fc.array(array, { maxLength: 10 }),
        ([, run], fields, arrays) => {
          try {
            (run as NativeFunction)(Float64Array.from(fields), ...(arrays as Float32Array[]));
            accepted++;
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        },
      ),
      { numRuns: 20_000, seed: 7 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  it('of well-typed convolutions with arrays that are too short are refused (5,000 calls)', () => {
    const addon = addonUnderTest();
    const field = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(
        fc.constantFrom(
          'conv2d',
          'conv2dInputGrad',
          'conv2dFilterGrad',
          'depthwise',
          'maxPool',
          'maxPoolGrad',
          'avgPool',
        ),
        fc.array(field, { minLength: 16, maxLength: 16 }),
        fc.array(fc.nat(400), { minLength: 3, maxLength: 3 }),
        (name, fields, lengths) => {
          try {
            const descriptor = Float64Array.from(
              name.includes('Pool') ? fields.slice(0, 14) : [...fields.slice(0, 15), 0],
            );
            const arrays = lengths.map((length) => new Float32Array(length));
            (addon[name as 'conv2d'] as NativeFunction)(descriptor, ...arrays);
          } catch (error) {
            expect((error as Error).message).toMatch(/needs \d+ elements, got \d+/);
          }
        },
      ),
      { numRuns: 5_000, seed: 8 },
    );
  });

  it('say what is wrong', () => {
    const { unary, conv2d } = addonUnderTest();
    expect(() => (unary as (...args: unknown[]) => void)()).toThrow('a native kernel needs a descriptor');
    expect(() => unary([1] as unknown as Float64Array)).toThrow('must be a Float64Array');
    expect(() => unary(Float64Array.of(0, 4, 0, 0), new Float32Array(3), new Float32Array(4))).toThrow(
      'argument 1 of a native kernel needs 4 elements, got 3',
    );
    expect(() => unary(Float64Array.of(99, 4, 0, 0))).toThrow(
      'descriptor field 0 must be an integer in [0, 24], got 99',
    );
    const far = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 2 ** 20, 1, 1, 1, 0, 0, 2 ** 20, 1, 0);
    expect(() => conv2d(far, new Float32Array(9), new Float32Array(9), new Float32Array(2 ** 20))).toThrow(
      'reach too far outside the image',
    );
  });

  it('detached and wrong tensors of tfjs are JavaScript errors', async () => {
    await useBackend({ backend: 'native' });
    expect(() =>
      tf.conv2d(tf.zeros([1, 4, 4, 2]) as tf.Tensor4D, tf.zeros([3, 3, 3, 2]) as tf.Tensor4D, 1, 'same'),
    ).toThrow('depth of input');
    expect(() => tf.matMul(tf.zeros([2, 3]), tf.zeros([4, 2]))).toThrow(/inner/i);
    expect(() => tf.add(tf.zeros([2, 3]), tf.zeros([4]))).toThrow('could not be broadcast');
    expect(() =>
      tf.engine().runKernel(
        'AnalogMatMul',
        { x: tf.zeros([2, 3]), w: tf.zeros([4, 2]), scales: tf.zeros([1, 2]) },
        {
          rowCuts: [0, 4],
        },
      ),
    ).toThrow('AnalogMatMul: expected x [m, k] and w [k, n], got [2,3] and [4,2]');
  });
});
