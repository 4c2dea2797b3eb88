import { describe, expect, it } from 'vitest';
import { Model } from '../../../src/nn/index.js';
import { createRng, randomNormal, softmaxCrossEntropy, tf, useBackend } from '../../../src/tensor/index.js';
import { everything } from './everything.js';

type Backend = 'native' | 'wasm';

const native = await useBackend({ backend: 'native' }).catch(() => undefined);

/** Probabilities, loss, all gradients and moving averages of one training step, by name. */
async function run(backend: Backend | 'cpu', gradients: boolean): Promise<Map<string, Float32Array>> {
  await useBackend({ backend });
  const rng = createRng(13);
  const model = Model.create(everything(), rng.child('init'));
  const x = randomNormal([5, 6, 6, 2], rng.child('x'));
  const labels = tf.tensor1d([0, 1, 2, 1, 0], 'int32');
  const values = new Map<string, Float32Array>();
  const keep = (name: string, tensor: tf.Tensor) => values.set(name, (tensor.dataSync() as Float32Array).slice());
  tf.tidy(() => {
    keep('probabilities', model.predict(x));
  });
  if (gradients) {
    const names = new Map([...model.weights].map(([name, variable]) => [variable.name, name]));
    const loss = () => softmaxCrossEntropy(model.forward(x, { training: true, rng: rng.child('step') }), labels);
    const { value, grads } = tf.variableGrads(loss, model.trainable());
    keep('loss', value);
    for (const [name, gradient] of Object.entries(grads)) keep(`gradient of ${names.get(name)}`, gradient);
    for (const name of ['bn/movingMean', 'bn2/movingVariance']) keep(name, model.weights.get(name)!);
    tf.dispose([value, grads]);
  }
  tf.dispose([x, labels]);
  model.dispose();
  return values;
}

async function compareWithCpu(backend: Backend, gradients: boolean): Promise<void> {
  const expected = await run('cpu', gradients);
  const found = await run(backend, gradients);
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [name, values] of expected) {
    const scale = Math.max(...values.map(Math.abs), 1e-3);
    const worst = Math.max(...values.map((value, i) => Math.abs(value - found.get(name)![i]!)));
    expect(worst / scale, name).toBeLessThan(1e-4);
  }
}

describe('a model computes what it does on cpu', () => {
  it.skipIf(native === undefined)('on native (skipped where the addon is not built)', () =>
    compareWithCpu('native', true),
  );

  // kernels that wasm lacks, such as the filter gradient, run on cpu
  it('on wasm', () => compareWithCpu('wasm', true));
});
