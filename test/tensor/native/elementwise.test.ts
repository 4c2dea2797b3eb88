import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { createRng, tf } from '../../../src/tensor/index.js';
import { nativeAvailable, nativeReason } from '../support.js';
import { broadcastShapes, expectSame, runs, seeds, shapes } from './compare.js';

/** Normal numbers that are the same to the bit on every backend: steep functions would magnify a difference of 1e-6. */
function normals(shape: number[], seed: number): tf.Tensor {
  const rng = createRng(seed);
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal(0, 1));
  return tf.tensor(values, shape);
}

const unaries: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  relu: tf.relu,
  relu6: (x) => tf.relu6(tf.mul(x, 5)),
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  elu: tf.elu,
  sigmoid: (x) => tf.sigmoid(tf.mul(x, 10)),
  tanh: (x) => tf.tanh(tf.mul(x, 3)),
  exp: (x) => tf.exp(tf.mul(x, 3)),
  log: (x) => tf.log(tf.abs(tf.add(x, 1e-3))),
  sqrt: (x) => tf.sqrt(tf.abs(x)),
  rsqrt: (x) => tf.rsqrt(tf.add(tf.abs(x), 0.1)),
  square: tf.square,
  abs: tf.abs,
  neg: tf.neg,
  reciprocal: (x) => tf.reciprocal(tf.add(tf.abs(x), 0.1)),
  step: (x) => tf.step(x, 0.25),
  clipByValue: (x) => tf.clipByValue(x, -0.5, 0.75),
  round: (x) => tf.round(tf.mul(x, 7)),
  floor: tf.floor,
  ceil: tf.ceil,
  sign: tf.sign,
  softplus: (x) => tf.softplus(tf.mul(x, 10)),
  log1p: (x) => tf.log1p(tf.abs(x)),
  expm1: tf.expm1,
  sin: tf.sin,
  cos: tf.cos,
};

const binaries: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: (a, b) => tf.div(a, tf.add(tf.abs(b), 0.1)),
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  pow: (a, b) => tf.pow(tf.add(tf.abs(a), 0.1), b),
};

const comparisons = {
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  equal: tf.equal,
  notEqual: tf.notEqual,
};

const special = [
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  2.5,
  -2.5,
  1e-40,
  1e38,
  -1e38,
  88.8,
  -104,
  Infinity,
  -Infinity,
  NaN,
  4194305.5,
];

describe.skipIf(!nativeAvailable)(`native elementwise kernels ${nativeReason}`, () => {
  it.each(Object.entries(unaries))('%s equals cpu on random tensors', async (_, f) => {
    await fc.assert(
      fc.asyncProperty(shapes, seeds, (shape, seed) => expectSame(() => [f(normals(shape, seed))], ['unary'], 2e-6)),
      runs,
    );
  });

  it.each(['relu', 'sigmoid', 'tanh', 'exp', 'log', 'sqrt', 'abs', 'neg', 'round', 'sign', 'floor'] as const)(
    '%s equals cpu on zeros, infinities, NaN, tiny and huge numbers',
    async (name) => {
      // compared as text: NaN equals NaN, and infinities have no difference
      const values = () => [tf[name](tf.tensor1d(special)) as tf.Tensor];
      const text = async (backend: string) => {
        await tf.setBackend(backend);
        return tf.tidy(() => Array.from(values()[0]!.dataSync(), (v) => Number(v.toPrecision(5)) + 0));
      };
      await expectSame(() => [tf.relu(tf.tensor1d([1]))], ['unary']);
      const { expect } = await import('vitest');
      expect(await text('native')).toEqual(await text('cpu'));
    },
  );

  it.each(Object.entries(binaries))('%s equals cpu on random broadcasts', async (_, f) => {
    await fc.assert(
      fc.asyncProperty(broadcastShapes, seeds, ({ a, b }, seed) =>
        expectSame(() => [f(normals(a, seed), normals(b, seed + 1))], ['binary'], 3e-6),
      ),
      runs,
    );
  });

  it.each(Object.entries(comparisons))('%s equals cpu on random broadcasts', async (_, f) => {
    await fc.assert(
      fc.asyncProperty(broadcastShapes, seeds, ({ a, b }, seed) =>
        expectSame(() => [f(tf.round(normals(a, seed)), tf.round(normals(b, seed + 1)))], ['compare']),
      ),
      runs,
    );
  });

  it('walks broadcasts of five axes, too', async () => {
    await expectSame(() => [tf.add(normals([3, 1, 2, 1, 5], 1), normals([1, 4, 2, 3, 1], 2))], ['binary']);
  });

  it('gives the gradients of activations in one pass, equal to cpu', async () => {
    for (const f of [tf.relu, tf.relu6, tf.tanh, tf.sigmoid]) {
      const gradient = () => [tf.grad((x) => tf.mul(f(tf.mul(x, 3)), x))(normals([7, 5], 3))];
      await expectSame(gradient, ['binary'], 1e-5);
    }
  });

  it('leaves other types to the cpu kernels', async () => {
    await expectSame(() => [tf.add(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32'))], []);
    await expectSame(() => [tf.abs(tf.complex([1, 2], [3, 4]))], []);
  });
});
