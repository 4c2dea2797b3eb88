import * as fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { tf, useBackend } from '../../../src/tensor/index.js';
import { expectGradients, nativeAvailable, nativeReason, normals } from '../support.js';
import { expectSame, padOf, runs, seeds, windows } from './compare.js';

const image = (shape: [number, number, number, number], seed: number) => normals(shape, seed) as tf.Tensor4D;

describe.skipIf(!nativeAvailable)(`native convolutions ${nativeReason}`, () => {
  it('conv2d equals cpu for any window, stride, padding and dilation', async () => {
    await fc.assert(
      fc.asyncProperty(windows, ({ n, h, w, c, kh, kw, k, sh, sw, pad, dilation, seed }) => {
        const dilated = sh === 1 && sw === 1 && pad === 'same' ? dilation : 1;
        const run = () => [
          tf.conv2d(image([n, h, w, c], seed), image([kh, kw, c, k], seed + 1), [sh, sw], padOf(pad), 'NHWC', dilated),
        ];
        return expectSame(run, ['conv2d']);
      }),
      { ...runs, numRuns: 80 },
    );
  });

  it('both gradients of conv2d equal cpu for any window, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(windows, ({ n, h, w, c, kh, kw, k, sh, sw, pad, seed }) => {
        const run = () =>
          tf.grads((x, f) => tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, [sh, sw], padOf(pad)))))([
            image([n, h, w, c], seed),
            image([kh, kw, c, k], seed + 1),
          ]);
        return expectSame(run, ['conv2dInputGrad', 'conv2dFilterGrad'], 2e-5);
      }),
      { ...runs, numRuns: 80 },
    );
  });

  it('fused convolution equals cpu with bias and each activation', async () => {
    await fc.assert(
      fc.asyncProperty(
        windows,
        fc.constantFrom('linear' as const, 'relu' as const, 'relu6' as const, 'sigmoid' as const),
        fc.boolean(),
        ({ n, h, w, c, kh, kw, k, sh, sw, pad, seed }, activation, depthwise) => {
          const options = { strides: [sh, sw] as [number, number], pad: padOf(pad) as 'same', activation };
          const x = () => image([n, h, w, c], seed);
          const outputs = depthwise ? c * 2 : k;
          const bias = () => normals([outputs], seed + 2);
          const run = () =>
            depthwise
              ? tf.fused.depthwiseConv2d({ x: x(), filter: image([kh, kw, c, 2], seed + 1), bias: bias(), ...options })
              : tf.fused.conv2d({ x: x(), filter: image([kh, kw, c, k], seed + 1), bias: bias(), ...options });
          const expected = activation === 'sigmoid' ? [] : [depthwise ? 'depthwise' : 'conv2d'];
          return expectSame(() => [run()], expected);
        },
      ),
      runs,
    );
  });

  it('depthwise convolution and its gradients equal cpu', async () => {
    await fc.assert(
      fc.asyncProperty(windows, fc.integer({ min: 1, max: 3 }), (shape, multiplier) => {
        const { n, h, w, c, kh, kw, sh, sw, pad, seed } = shape;
        const inputs = () => [image([n, h, w, c], seed), image([kh, kw, c, multiplier], seed + 1)];
        const f = (x: tf.Tensor, filter: tf.Tensor) =>
          tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [sh, sw], padOf(pad));
        const run = () => {
          const [x, filter] = inputs();
          return [f(x!, filter!), ...tf.grads((a, b) => tf.sum(tf.square(f(a!, b!))))([x!, filter!])];
        };
        return expectSame(run, ['depthwise', 'depthwiseInputGrad', 'depthwiseFilterGrad'], 2e-5);
      }),
      { ...runs, numRuns: 60 },
    );
  });

  it('conv2dTranspose and NCHW give what cpu gives', async () => {
    await expectSame(
      () => [tf.conv2dTranspose(image([1, 4, 4, 3], 1), image([3, 3, 2, 3], 2), [1, 8, 8, 2], 2, 'same')],
      [],
    );
    await expectSame(() => [tf.conv2d(image([1, 3, 5, 5], 1), image([3, 3, 3, 2], 2), 1, 'same', 'NCHW')], []);
  });

  it('matrix products equal cpu in all transposes, batched, broadcast, with bias and activation', async () => {
    const size = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          m: size,
          n: size,
          k: size,
          batchA: fc.nat(3),
          batchB: fc.nat(3),
          tA: fc.boolean(),
          tB: fc.boolean(),
        }),
        fc.constantFrom('linear' as const, 'relu' as const, 'relu6' as const),
        seeds,
        ({ m, n, k, batchA, batchB, tA, tB }, activation, seed) => {
          const same = batchA > 1 && batchB > 1 ? batchA : batchB;
          const a = normals([...(batchA > 0 ? [batchA] : []), ...(tA ? [k, m] : [m, k])], seed);
          const b = normals([...(same > 0 ? [same] : []), ...(tB ? [n, k] : [k, n])], seed + 1);
          const bias = normals([n], seed + 2);
          const run = () => [
            tf.matMul(a, b, tA, tB),
            tf.fused.matMul({ a, b, transposeA: tA, transposeB: tB, bias, activation }),
          ];
          return expectSame(run, ['matmul']);
        },
      ),
      { ...runs, numRuns: 60 },
    );
  });
});

describe.skipIf(!nativeAvailable)(`gradients of native kernels against finite differences ${nativeReason}`, () => {
  beforeAll(async () => {
    await useBackend({ backend: 'native' });
  });

  it.each([
    ['same', 1],
    ['same', 2],
    ['valid', 2],
  ] as const)('conv2d, %s padding, stride %d', (pad, stride) => {
    const inputs = [normals([2, 5, 4, 3], 1), normals([3, 3, 3, 2], 2)];
    expectGradients((x, f) => tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, stride, pad), inputs);
  });

  it('depthwise convolution', () => {
    const inputs = [normals([1, 5, 4, 3], 3), normals([3, 3, 3, 2], 4)];
    expectGradients((x, f) => tf.depthwiseConv2d(x as tf.Tensor4D, f as tf.Tensor4D, 2, 'same'), inputs);
  });

  it('matrix product', () => {
    expectGradients((a, b) => tf.matMul(a!, b!, true, false), [normals([4, 3], 5), normals([4, 5], 6)]);
  });
});
