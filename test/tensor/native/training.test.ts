import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Adam,
  addRelu,
  addReluReference,
  batchNormInfer,
  batchNormInferReference,
  batchNormTrain,
  batchNormTrainReference,
  createRng,
  fillNormalFrom,
  fillUniformFrom,
  SgdMomentum,
  softmaxCrossEntropy,
  softmaxCrossEntropyReference,
  tf,
  useBackend,
} from '../../../src/tensor/index.js';
import { expectClose, expectGradients, nativeAvailable, nativeReason, normals } from '../support.js';
import { addonUnderTest, recordCalls, runs, seeds, shapes } from './compare.js';

const rowsAndChannels = fc.record({
  rows: fc.integer({ min: 2, max: 400 }),
  channels: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 70 }) }, fc.constantFrom(129, 200, 515)),
  relu: fc.boolean(),
  seed: seeds,
});

describe.skipIf(!nativeAvailable)(`fused training kernels ${nativeReason}`, () => {
  beforeAll(async () => {
    await useBackend({ backend: 'native' });
  });

  it('batchNormTrain equals its reference: outputs, statistics and gradients', () => {
    fc.assert(
      fc.property(rowsAndChannels, ({ rows, channels, relu, seed }) => {
        const inputs = [
          tf.add(normals([rows, channels], seed), 2),
          normals([channels], seed + 1),
          normals([channels], seed + 2),
        ] as const;
        const weight = normals([rows, channels], seed + 3);
        const all = (f: typeof batchNormTrain) => {
          const { y, mean, variance } = f(inputs[0], inputs[1], inputs[2], { relu });
          const grads = tf.grads((x, g, b) => tf.sum(tf.mul(f(x!, g!, b!, { relu }).y, weight)))([...inputs]);
          return [y, mean, variance, ...grads].map((t) => t.dataSync());
        };
        const calls = recordCalls();
        const fused = all(batchNormTrain);
        expect([...calls.stop()]).toEqual(expect.arrayContaining(['batchNormTrain', 'batchNormTrainGrad']));
        const reference = all(batchNormTrainReference);
        // two rows of nearly equal values make a huge 1/s: compare relative to the size of each result
        for (const [i, values] of fused.entries()) expectClose(values, reference[i]!, 2e-4);
      }),
      runs,
    );
  });

  it('batchNormTrain is accurate far from zero', () => {
    const x = tf.add(normals([5000, 3], 7), 1000);
    const { mean, variance } = batchNormTrain(x, tf.ones([3]), tf.zeros([3]));
    const values = x.dataSync();
    for (let c = 0; c < 3; c++) {
      const column = Array.from({ length: 5000 }, (_, r) => values[3 * r + c]!);
      const m = column.reduce((a, b) => a + b) / 5000;
      const v = column.reduce((a, b) => a + (b - m) ** 2, 0) / 5000;
      expect(Math.abs(mean.dataSync()[c]! - m)).toBeLessThan(1e-4);
      expect(Math.abs(variance.dataSync()[c]! / v - 1)).toBeLessThan(1e-4);
    }
  });

  it('batchNormInfer equals its reference with all five gradients', () => {
    for (const relu of [false, true]) {
      const inputs = [
        normals([6, 5, 3], 1),
        normals([3], 2),
        normals([3], 3),
        normals([3], 4),
        tf.abs(normals([3], 5)),
      ];
      const run = (f: typeof batchNormInfer) => {
        const call = (x: tf.Tensor[]) => f(x[0]!, x[1]!, x[2]!, x[3]!, x[4]!, { relu });
        const grads = tf.grads((...x) => tf.sum(tf.square(call(x))))(inputs);
        return [call(inputs), ...grads].map((t) => t.dataSync());
      };
      const reference = run(batchNormInferReference);
      for (const [i, values] of run(batchNormInfer).entries()) expectClose(values, reference[i]!, 1e-4);
    }
  });

  it.each([false, true])('batchNormTrain has the gradients of finite differences, relu %s', (relu) => {
    const inputs = [normals([5, 2, 3], 2), normals([3], 3), normals([3], 4)];
    expectGradients((x, gamma, beta) => batchNormTrain(x!, gamma!, beta!, { relu }).y, inputs, 5e-2);
  });

  it('addRelu equals its reference, number by number, with both gradients', () => {
    fc.assert(
      fc.property(shapes, seeds, (shape, seed) => {
        const inputs = [normals(shape, seed), normals(shape, seed + 1)];
        const all = (f: typeof addRelu) => {
          const grads = tf.grads((a, b) => tf.sum(tf.mul(f(a!, b!), a!)))(inputs);
          return [f(inputs[0]!, inputs[1]!), ...grads].map((t) => t.dataSync());
        };
        expect(all(addRelu)).toEqual(all(addReluReference));
        const calls = recordCalls();
        addRelu(inputs[0]!, inputs[1]!);
        expect([...calls.stop()]).toEqual(['binary']); // a ReLU of its own would be unary
      }),
      runs,
    );
    const [a, b] = [tf.tensor1d([NaN, -1, 1, -0, Infinity]), tf.tensor1d([1, 1, -2, -0, 1])];
    expect(addRelu(a, b).dataSync()).toEqual(addReluReference(a, b).dataSync());
    expect(() => addRelu(tf.zeros([2]), tf.zeros([3]))).toThrow('Shapes 2 and 3 must match');
  });

  it('softmaxCrossEntropy equals its reference with gradient, and refuses labels out of range', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 2, max: 30 }),
        fc.constantFrom(0, 0.1),
        seeds,
        (n, classes, labelSmoothing, seed) => {
          const rng = createRng(seed);
          const labels = tf.tensor1d(
            Array.from({ length: n }, () => rng.int(0, classes)),
            'int32',
          );
          const logits = tf.mul(normals([n, classes], seed), 5);
          const run = (f: typeof softmaxCrossEntropy) => {
            const { value, grad } = tf.valueAndGrad((x) => tf.mul(f(x, labels, { labelSmoothing }), 3))(logits);
            return [value.dataSync(), grad.dataSync()];
          };
          const [loss, grad] = run(softmaxCrossEntropy);
          const [expectedLoss, expectedGrad] = run(softmaxCrossEntropyReference);
          expectClose(loss!, expectedLoss!, 1e-5);
          expectClose(grad!, expectedGrad!, 1e-5);
        },
      ),
      runs,
    );
    expect(() => softmaxCrossEntropy(tf.zeros([2, 3]), tf.tensor1d([0, 3], 'int32'))).toThrow(
      'softmaxCrossEntropy: label 3 at 1 is not in [0, 3)',
    );
  });

  it.each([
    ['SgdMomentum', () => new SgdMomentum(), 0],
    ['SgdMomentum, Nesterov and decay', () => new SgdMomentum({ nesterov: true }), 0.1],
    ['Adam', () => new Adam(), 0.1],
  ] as const)('%s takes the same steps as on cpu', async (_, create, weightDecay) => {
    const path = () => {
      const w = tf.tidy(() => tf.variable(normals([17], 1)));
      const optimizer = create();
      for (let step = 0; step < 4; step++) {
        tf.tidy(() => optimizer.step([w], [normals([17], 10 + step)], { learningRate: 0.1, weightDecay }));
      }
      const values = Array.from(w.dataSync());
      w.dispose();
      optimizer.dispose();
      return values;
    };
    const fused = path();
    await useBackend({ backend: 'cpu' });
    const reference = path();
    await useBackend({ backend: 'native' });
    expectClose(fused, reference, 1e-5);
  });

  it('a step in place changes neither arrays read before nor tensors that share the data', () => {
    const w = tf.tidy(() => tf.variable(normals([40], 1)));
    const optimizer = new SgdMomentum();
    const step = () => tf.tidy(() => optimizer.step([w], [tf.ones([40])], { learningRate: 1 }));
    step();
    const read = w.dataSync();
    const before = Array.from(read);
    const shared = w.clone();
    step();
    step();
    expect(Array.from(read)).toEqual(before);
    expect(Array.from(shared.dataSync())).toEqual(before);
    expect(w.dataSync()[0]).toBeCloseTo(before[0]! - 1.9 - 2.71, 4);
    tf.dispose([w, shared]);
    optimizer.dispose();
  });

  it.each(['avx512', 'avx2', 'generic'])(
    'draws the numbers of the TypeScript source (runs where %s is in force)',
    (isa) => {
      const addon = addonUnderTest();
      if (addon.isa !== isa) return;
      for (const length of [1, 3, 64, 255, 256, 257, 1000, 70_001]) {
        const source = { key: [123, 456], stream: [0xdeadbeef, 0xfeedface], block: 2 ** 32 - 7 } as const;
        const descriptor = (shift: number, scale: number) =>
          Float64Array.from([length, ...source.key, ...source.stream, source.block, shift, scale]);
        const uniform = new Float32Array(length);
        addon.uniform(descriptor(-0.3, 1.7), uniform);
        expect(uniform).toEqual(fillUniformFrom(source, new Float32Array(length), -0.3, -0.3 + 1.7));
        const normal = new Float32Array(length);
        addon.normal(descriptor(0, 1), normal);
        const expected = fillNormalFrom(source, new Float32Array(length));
        let worst = 0;
        for (let i = 0; i < length; i++) worst = Math.max(worst, Math.abs(normal[i]! - expected[i]!));
        expect(worst).toBeLessThan(1e-6);
      }
    },
  );
});
