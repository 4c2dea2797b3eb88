import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { tf } from '../../../src/tensor/index.js';
import { nativeAvailable, nativeReason, normals } from '../support.js';
import { expectSame, padOf, runs, seeds, shapes, windows } from './compare.js';

describe.skipIf(!nativeAvailable)(`native reductions, pooling and copies ${nativeReason}`, () => {
  it.each(['sum', 'mean', 'max', 'min'] as const)('%s equals cpu over any axes', async (name) => {
    const anyAxes = shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axes: fc.subarray(
          shape.map((_, i) => i),
          { minLength: 1 },
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(anyAxes, fc.boolean(), seeds, ({ shape, axes }, keepDims, seed) =>
        expectSame(() => [tf[name](normals(shape, seed), axes, keepDims)], ['reduce'], 1e-5),
      ),
      runs,
    );
  });

  it('long sums stay accurate', async () => {
    await expectSame(() => [tf.sum(tf.add(normals([300_000], 1), 3))], ['reduce'], 1e-6);
    await expectSame(() => [tf.mean(tf.add(normals([30_000, 5], 1), 3), 0)], ['reduce'], 1e-6);
  });

  it('softmax and logSoftmax equal cpu', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, seeds, (shape, seed) =>
        expectSame(
          () => [tf.softmax(tf.mul(normals(shape, seed), 9)), tf.logSoftmax(normals(shape, seed))],
          ['softmax'],
        ),
      ),
      runs,
    );
  });

  it.each(['maxPool', 'avgPool'] as const)('%s and its gradient equal cpu', async (name) => {
    await fc.assert(
      fc.asyncProperty(windows, ({ n, h, w, c, kh, kw, sh, sw, pad, seed }) => {
        const f = (x: tf.Tensor) =>
          tf[name](x as tf.Tensor4D, [kh, kw], [sh, sw], pad === 'explicit' ? 'same' : padOf(pad));
        const run = () => {
          const x = normals([n, h, w, c], seed);
          return [f(x), tf.grad((y) => tf.sum(tf.square(f(y))))(x)];
        };
        // a window of one element may be the identity, which no kernel computes
        return expectSame(run, kh * kw > 1 ? [name, `${name}Grad`] : [], 1e-5);
      }),
      runs,
    );
  });

  it('tile equals cpu for any repetitions, and so does the gradient of a mean', async () => {
    const repeated = shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        reps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: shape.length, maxLength: shape.length }),
        axes: fc.subarray(
          shape.map((_, i) => i),
          { minLength: 1 },
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(repeated, fc.boolean(), seeds, ({ shape, reps, axes }, keepDims, seed) =>
        expectSame(() => {
          const x = normals(shape, seed);
          const loss = (y: tf.Tensor) => tf.sum(tf.square(tf.mean(y, axes, keepDims)));
          return [tf.tile(x, reps), tf.grad(loss)(x)];
        }, ['copy']),
      ),
      runs,
    );
    await expectSame(() => [tf.grad((y) => tf.square(tf.mean(y)) as tf.Scalar)(normals([3, 4], 1))], ['copy']);
  });

  it('transpose equals cpu for any order of axes', async () => {
    const permuted = shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        perm: fc.shuffledSubarray(
          shape.map((_, i) => i),
          { minLength: shape.length },
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(permuted, seeds, ({ shape, perm }, seed) =>
        expectSame(() => [tf.transpose(normals(shape, seed), perm)], []),
      ),
      { ...runs, numRuns: 60 },
    );
    await expectSame(() => [tf.transpose(normals([70, 53], 1))], ['copy']);
  });

  it('pad and slice equal cpu', async () => {
    const cut = shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        paddings: fc.tuple(...shape.map(() => fc.tuple(fc.nat(3), fc.nat(3)))),
        begin: fc.tuple(...shape.map((size) => fc.nat(size - 1))),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cut, seeds, ({ shape, paddings, begin }, seed) => {
        const size = shape.map((total, i) => total - begin[i]!);
        const run = () => [
          tf.pad(normals(shape, seed), paddings as [number, number][], 0.5),
          tf.slice(normals(shape, seed), begin, size),
        ];
        return expectSame(run, ['copy']);
      }),
      runs,
    );
  });

  it('concat and addN equal cpu', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(3), fc.integer({ min: 2, max: 5 }), seeds, (shape, at, count, seed) => {
        const axis = at % shape.length;
        const part = (i: number) =>
          normals(
            shape.map((size, k) => (k === axis ? size + i : size)),
            seed + i,
          );
        const equal = (i: number) => normals(shape, seed + i);
        const indices = Array.from({ length: count }, (_, i) => i);
        return expectSame(
          () => [tf.concat(indices.map(part), axis), tf.addN(indices.map(equal))],
          ['copy', 'addN'],
          1e-6,
        );
      }),
      runs,
    );
  });

  it('casts and constants equal cpu', async () => {
    await expectSame(() => [tf.cast(tf.tensor1d([1, -2, 3], 'int32'), 'float32')], ['castFromInt']);
    await expectSame(() => [tf.cast(tf.tensor1d([true, false]), 'float32')], ['castFromBool']);
    await expectSame(() => [tf.fill([3, 2], 1.5), tf.cast(tf.tensor1d([1.7, -1.7]), 'int32')], ['fill']);
  });
});
