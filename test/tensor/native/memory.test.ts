import * as fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  batchNormTrain,
  SgdMomentum,
  softmaxCrossEntropy,
  tf,
  useBackend,
  useThreads,
} from '../../../src/tensor/index.js';
import { pack } from '../../../src/tensor/native/addon.js';
import { BufferPool } from '../../../src/tensor/native/buffer-pool.js';
import type { NativeBackend } from '../../../src/tensor/native/native-backend.js';
import { nativeAvailable, nativeReason, normals } from '../support.js';
import { addonUnderTest } from './compare.js';

describe.skipIf(!nativeAvailable)(`BufferPool ${nativeReason}`, () => {
  it('hands out the array of that length that came back last', () => {
    const pool = new BufferPool(addonUnderTest(), 1e6);
    const [a, b, other] = [pool.take(10), pool.take(10), pool.take(11)];
    for (const array of [a, other, b]) pool.release(array);
    expect(pool.take(10)).toBe(b);
    expect(pool.take(10)).toBe(a);
    expect(pool.take(10)).not.toBe(a);
  });

  it('keeps no more than its limit; the length that rested longest leaves first', () => {
    const pool = new BufferPool(addonUnderTest(), 4 * 300);
    const [old, recent] = [pool.take(100), pool.take(150)];
    pool.release(old);
    pool.release(recent);
    expect(pool.idleBytes).toBe(1000);
    pool.release(pool.take(120));
    expect(pool.idleBytes).toBe(4 * 270);
    expect(pool.take(150)).toBe(recent);
    expect(pool.take(100)).not.toBe(old);
    pool.clear();
    expect(pool.idleBytes).toBe(0);
  });

  it('aligns large arrays to cache lines, very large ones to huge pages', () => {
    const addon = addonUnderTest();
    const pool = new BufferPool(addon, 1e6);
    for (const [length, alignment] of [
      [2000, 64],
      [1 << 19, 2 << 20],
    ] as const) {
      const array = pool.take(length);
      expect(array.length).toBe(length);
      expect(addon.alignedOffset(array.buffer as ArrayBuffer, alignment)).toBe(array.byteOffset);
    }
  });
});

describe.skipIf(!nativeAvailable)(`memory of the native backend ${nativeReason}`, () => {
  beforeAll(async () => {
    await useBackend({ backend: 'native' });
  });
  beforeEach(() => (tf.backend() as NativeBackend).pool.clear());

  const operations: ((x: tf.Tensor) => tf.Tensor)[] = [
    (x) => tf.relu(x),
    (x) => tf.add(x, 1),
    (x) => tf.mul(x, x),
    (x) => tf.reshape(x, [6, 4]),
    (x) => tf.transpose(tf.reshape(x, [4, 6])),
    // kernels of tfjs' cpu backend, some of which hand on their input's array
    (x) => tf.reverse(tf.reshape(x, [24])),
    (x) => tf.stack(tf.unstack(tf.reshape(x, [4, 6]))),
    (x) => tf.gather(tf.reshape(x, [24]), tf.range(0, 24, 1, 'int32')),
    (x) => tf.cumsum(tf.reshape(x, [24])),
    (x) => tf.stridedSlice(tf.reshape(x, [24]), [0], [24], [1]),
    (x) => tf.cast(tf.reshape(x, [24]), 'float32'),
    (x) => tf.slice(tf.concat([tf.reshape(x, [24]), tf.zeros([8])]), 0, 24),
    (x) => tf.split(tf.concat([tf.reshape(x, [24]), tf.zeros([24])]), 2)[0]!,
  ];

  it('arrays handed out never change, and tensors keep their values, whatever is disposed', () => {
    const step = fc.record({ op: fc.nat(operations.length - 1), read: fc.boolean(), dispose: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), fc.nat(1000), (steps, seed) => {
        const promises: { array: Float32Array; copy: number[] }[] = [];
        let alive: { tensor: tf.Tensor; copy: number[] }[] = [];
        const add = (tensor: tf.Tensor) => alive.push({ tensor, copy: Array.from(tensor.dataSync().slice()) });
        add(normals([24], seed));
        for (const { op, read, dispose } of steps) {
          const newest = alive.at(-1)!.tensor;
          add(tf.tidy(() => operations[op]!(newest)));
          if (read) {
            const array = newest.dataSync() as Float32Array;
            promises.push({ array, copy: Array.from(array) });
          }
          if (alive.length > 1 && dispose < alive.length - 1) alive.splice(dispose, 1)[0]!.tensor.dispose();
          tf.tidy(() => tf.fill([24], Number.NaN));
        }
        for (const { tensor, copy } of alive) expect(Array.from(tensor.dataSync())).toEqual(copy);
        for (const { array, copy } of promises) expect(Array.from(array)).toEqual(copy);
        for (const { tensor } of alive) tensor.dispose();
        alive = [];
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  it('does not write into arrays that tensors were made from', () => {
    const own = new Float32Array([1, 2, 3]);
    const w = tf.tidy(() => tf.variable(tf.tensor1d(own)));
    const optimizer = new SgdMomentum();
    tf.tidy(() => optimizer.step([w], [tf.ones([3])], { learningRate: 1 }));
    tf.tidy(() => optimizer.step([w], [tf.ones([3])], { learningRate: 1 }));
    expect([...own]).toEqual([1, 2, 3]);
    w.dispose();
    optimizer.dispose();
  });

  it('counts tensors and bytes as tfjs does', () => {
    const before = tf.memory();
    const x = normals([100, 10], 1);
    const y = tf.relu(x);
    const view = tf.reshape(y, [1000]);
    const after = tf.memory();
    expect(after.numTensors - before.numTensors).toBe(3);
    expect(after.numDataBuffers - before.numDataBuffers).toBe(2);
    // tfjs counts the bytes of every tensor, views among them
    expect(after.numBytes - before.numBytes).toBe(3 * 4000);
    expect(after.unreliable).toBe(false);
    tf.dispose([x, y, view]);
    expect(tf.memory().numBytes).toBe(before.numBytes);
  });

  it('stays flat over 300 training steps, with data read in each', () => {
    const x = normals([16, 16, 16, 8], 1) as tf.Tensor4D;
    const labels = tf.tensor1d(
      Array.from({ length: 16 }, (_, i) => i % 10),
      'int32',
    );
    const [w, gamma, beta, dense] = [
      normals([3, 3, 8, 16], 2),
      tf.ones([16]),
      tf.zeros([16]),
      normals([16, 10], 3),
    ].map((t) => tf.variable(t)) as [tf.Variable, tf.Variable, tf.Variable, tf.Variable];
    const variables = [w, gamma, beta, dense];
    const optimizer = new SgdMomentum();
    const step = () =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => {
          const y = batchNormTrain(tf.conv2d(x, w as unknown as tf.Tensor4D, 1, 'same'), gamma, beta, { relu: true }).y;
          return softmaxCrossEntropy(tf.matMul(tf.mean(y, [1, 2]), dense as unknown as tf.Tensor2D), labels);
        }, variables);
        optimizer.step(
          variables,
          variables.map((v) => grads[v.name]!),
          { learningRate: 0.01 },
        );
        return value.dataSync()[0]!;
      });
    const first = step();
    for (let i = 0; i < 100; i++) step();
    const [tensors, bytes] = [tf.memory().numTensors, (tf.backend() as NativeBackend).pool.idleBytes];
    const rss = process.memoryUsage().rss;
    let last = first;
    for (let i = 0; i < 200; i++) last = step();
    expect(last).toBeLessThan(first);
    expect(tf.memory().numTensors).toBe(tensors);
    expect((tf.backend() as NativeBackend).pool.idleBytes).toBe(bytes);
    // the collector of JavaScript objects may hold a few megabytes more or less at any moment
    expect(process.memoryUsage().rss - rss).toBeLessThan(30e6);
    optimizer.dispose();
    tf.dispose([x, labels, ...variables]);
  });

  it('random numbers and convolutions are the same for any number of threads', async () => {
    const results = async (threads: number) => {
      await useBackend({ backend: 'native', threads });
      return tf.tidy(() => {
        const x = normals([8, 24, 24, 16], 1) as tf.Tensor4D;
        const w = normals([3, 3, 16, 24], 2) as tf.Tensor4D;
        const f = (a: tf.Tensor, b: tf.Tensor) =>
          tf.sum(
            tf.square(
              batchNormTrain(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same'), tf.ones([24]), tf.zeros([24])).y,
            ),
          );
        return [x, tf.softmax(x), tf.sum(x, [0, 1]), tf.maxPool(x, 2, 2, 'same'), ...tf.grads(f)([x, w])].map((t) =>
          t.dataSync(),
        );
      });
    };
    const one = await results(1);
    for (const threads of [2, 3]) expect(await results(threads)).toEqual(one);
    await useBackend({ backend: 'native', threads: 1 });
  });

  it('takes another number of threads from one kernel to the next', async () => {
    await useBackend({ backend: 'native', threads: 1 });
    const operations = (threads: number) => {
      useThreads(threads);
      const out = new Float32Array(2);
      addonUnderTest().fmaLoop(pack([100]), out);
      return out[0]!;
    };
    const one = operations(1);
    expect([operations(3), operations(2), operations(1)]).toEqual([3 * one, 2 * one, one]);
    expect(() => useThreads(0)).toThrow('accepted: a whole number from 1 to 256');
  });
});
