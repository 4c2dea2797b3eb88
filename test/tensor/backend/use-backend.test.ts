import { afterAll, describe, expect, it } from 'vitest';
import { KirchhoffError } from '../../../src/config/index.js';
import { tf, useBackend } from '../../../src/tensor/index.js';
import { nativeAvailable } from '../support.js';

afterAll(async () => {
  await useBackend({ backend: 'cpu' });
});

describe('useBackend', () => {
  it('starts cpu when asked, says so, and can be called again', async () => {
    const report = await useBackend({ backend: 'cpu' });
    expect(report).toMatchObject({ backend: 'cpu', threads: 1, tried: [{ name: 'cpu', ok: true }] });
    expect(report.line).toBe('backend cpu (TensorFlow.js in plain JavaScript): as configured');
    expect(await useBackend({ backend: 'cpu' })).toEqual(report);
    expect(tf.getBackend()).toBe('cpu');
  });

  it('starts wasm when asked, with gradients of convolutions equal to those of cpu', async () => {
    const gradients = () => {
      const x = tf.tensor4d(
        Array.from({ length: 50 }, (_, i) => Math.sin(i)),
        [1, 5, 5, 2],
      );
      const w = tf.tensor4d(
        Array.from({ length: 54 }, (_, i) => Math.cos(i)),
        [3, 3, 2, 3],
      );
      const grad = tf.grads((a, b) => tf.sum(tf.square(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 2, 'same'))));
      return grad([x, w]).map((t) => Array.from(t.dataSync()));
    };
    await useBackend({ backend: 'cpu' });
    const expected = gradients();
    const report = await useBackend({ backend: 'wasm' });
    expect(report.backend).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
    for (const [i, grad] of gradients().entries()) {
      for (const [j, value] of grad.entries()) expect(value).toBeCloseTo(expected[i]![j]!, 4);
    }
    expect(process.listenerCount('uncaughtException')).toBeLessThan(3);
  });

  it.each([0, 2.5, 257, Number.NaN])(
    'refuses %d threads on every backend, instead of falling back',
    async (threads) => {
      for (const backend of ['auto', 'cpu'] as const) {
        await expect(useBackend({ backend, threads })).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
      }
    },
  );

  it.skipIf(!nativeAvailable)('keeps the threads in force where none are named', async () => {
    expect((await useBackend({ backend: 'native', threads: 2 })).threads).toBe(2);
    expect((await useBackend({ backend: 'native' })).threads).toBe(2);
    expect((await useBackend({ backend: 'native', threads: 1 })).threads).toBe(1);
  });

  it('refuses a backend that does not exist, naming those that do', async () => {
    const error = await useBackend({ backend: 'gpu' as 'cpu' }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(KirchhoffError);
    expect(error).toMatchObject({ code: 'BACKEND_UNKNOWN', exitCode: 2 });
    expect((error as Error).message).toContain('accepted: auto, native, wasm, cpu, tensorflow, webgpu');
  });
});
