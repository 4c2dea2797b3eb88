import { beforeAll, describe, expect, it } from 'vitest';
import { Model } from '../../src/nn/index.js';
import { createRng, tf, useBackend } from '../../src/tensor/index.js';
import { accuracy, digitalTrainingSchema, type EpochRecord, trainDigital } from '../../src/training/index.js';
import { bars, normalise, smallNetwork, tensorsBeside } from './fixtures.js';

const data = { train: bars(240, 1), normalise };
const test = bars(150, 2);
const options = digitalTrainingSchema.parse({
  epochs: 6,
  batchSize: 16,
  learningRate: 0.1,
  augment: { padCrop: 1, cutout: 0 },
});
const newModel = () => Model.create(smallNetwork(), createRng(3).child('init'));
const rng = () => createRng(3).child('digital');

beforeAll(async () => {
  await useBackend();
});

describe('trainDigital', () => {
  it('learns: far above chance on images it never saw, with a falling loss', async () => {
    const model = newModel();
    const { epochs } = await trainDigital(model, data, options, { rng: rng(), validation: test });
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss / 2);
    // Three classes: chance is 1/3, with a standard error of 0.04 on 150 images.
    expect(epochs.at(-1)!.validationAccuracy).toBeGreaterThan(0.85);
    expect(await accuracy((x) => model.predict(x), test, normalise)).toBe(epochs.at(-1)!.validationAccuracy);
    expect(epochs.at(-1)!.accuracy).toBeGreaterThan(0.8);
    model.dispose();
  });

  it('repeats bit by bit under a seed, and differs under another', async () => {
    const weightsAfter = async (seed: number) => {
      const model = newModel();
      await trainDigital(model, data, { ...options, epochs: 1 }, { rng: createRng(seed) });
      const weights = model.exportWeights();
      model.dispose();
      return weights;
    };
    const one = await weightsAfter(1);
    expect(await weightsAfter(1)).toEqual(one);
    expect(await weightsAfter(2)).not.toEqual(one);
  });

  it('leaves no tensor behind but the model', async () => {
    const model = newModel();
    await trainDigital(model, data, { ...options, epochs: 1 }, { rng: rng() });
    const before = tensorsBeside(model);
    await trainDigital(model, data, { ...options, epochs: 1 }, { rng: rng(), validation: test });
    expect(tensorsBeside(model)).toBe(before);
    model.dispose();
  });

  it.each([false, true])('decays biases and batch norm only when asked (decayAll: %s)', async (decayAll) => {
    const model = newModel();
    for (const name of ['conv2d1/kernel', 'batchNorm1/gamma', 'dense1/bias']) {
      const variable = model.weights.get(name)!;
      variable.assign(tf.fill(variable.shape, 0.5));
    }
    // A rate so small that the loss moves nothing a float32 can show, and a decay so large that it shows.
    const gentle = { ...options, epochs: 1, learningRate: 1e-9, schedule: 'constant' as const, momentum: 0 };
    const shrunk = async (weightDecay: number) => {
      await trainDigital(model, data, { ...gentle, weightDecay: weightDecay, decayAll }, { rng: rng() });
      return ['conv2d1/kernel', 'batchNorm1/gamma', 'dense1/bias'].map(
        (name) => model.weights.get(name)!.dataSync()[0]! < 0.4999,
      );
    };
    expect(await shrunk(0)).toEqual([false, false, false]);
    expect(await shrunk(1e7)).toEqual([true, decayAll, decayAll]);
    model.dispose();
  });

  it('stops with a reason when the loss is no longer a number', async () => {
    const model = newModel();
    const wild = { ...options, learningRate: 100, schedule: 'constant' as const, momentum: 0.99, weightDecay: 1 };
    const running = trainDigital(model, data, { ...wild, epochs: 200 }, { rng: rng() });
    await expect(running).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringMatching(/found: +a loss of (NaN|Infinity) at step \d+ of 3000, learning rate 100\n/),
    });
    model.dispose();
  });

  it('stops within a step of an abort, which timers and messages get through to', async () => {
    const before = tf.memory().numTensors;
    const model = newModel();
    const controller = new AbortController();
    let steps = 0;
    const timer = setTimeout(() => controller.abort('enough'), 20);
    const running = trainDigital(
      model,
      data,
      { ...options, epochs: 100_000 },
      { rng: rng(), signal: controller.signal, onStep: () => steps++ },
    );
    await expect(running).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
    clearTimeout(timer);
    expect(steps).toBeGreaterThan(0);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('reports each step and epoch as it goes', async () => {
    const model = newModel();
    const steps: number[] = [];
    const seen: EpochRecord[] = [];
    const history = await trainDigital(
      model,
      data,
      { ...options, epochs: 2 },
      {
        rng: rng(),
        onStep: ({ step, totalSteps }) => steps.push(step, totalSteps),
        onEpoch: (record) => seen.push(record),
      },
    );
    expect(steps).toEqual(Array.from({ length: 30 }, (_, i) => [i + 1, 30]).flat());
    expect(seen).toEqual(history.epochs);
    expect(seen[1]!.learningRate).toBeCloseTo(0.05 * (1 - Math.cos(Math.PI / 30)), 12);
    model.dispose();
  });
});
