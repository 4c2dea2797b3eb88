import { beforeAll, describe, expect, it } from 'vitest';
import type { ImageSet } from '../../src/data/index.js';
import { Model } from '../../src/nn/index.js';
import { createRng, tf, useBackend } from '../../src/tensor/index.js';
import {
  accuracy,
  type DigitalTrainingOptions,
  digitalTrainingSchema,
  type EpochRecord,
  trainDigital,
} from '../../src/training/index.js';
import { bars, normalise, sequenceNetwork, smallNetwork, tensorsBeside } from './fixtures.js';

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

  it('takes the default for every option that is absent', async () => {
    const weightsAfter = async (given: DigitalTrainingOptions) => {
      const model = newModel();
      const { epochs } = await trainDigital(model, data, given, { rng: rng() });
      const weights = model.exportWeights();
      model.dispose();
      expect(epochs.map(({ loss }) => Number.isFinite(loss))).toEqual([true]);
      return weights;
    };
    const complete = digitalTrainingSchema.parse({ epochs: 1 });
    expect(await weightsAfter({ epochs: 1 })).toEqual(await weightsAfter(complete));
  });

  it.each([
    [{ learningRate: -1 }, 'learningRate'],
    [{ momentum: 2 }, 'momentum'],
    [{ batchSize: -3 }, 'batchSize'],
    [{ batchSize: Number.NaN }, 'batchSize'],
    [{ epochs: 2, warmupEpochs: 2 }, 'warmupEpochs'],
    [{ weightDeacy: 0.1 }, 'weightDeacy'],
  ])('refuses an option that is unknown or out of range, and trains nothing: %o', async (change, path) => {
    const model = newModel();
    const before = model.exportWeights();
    await expect(trainDigital(model, data, { ...options, ...change }, { rng: rng() })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { source: 'the options of trainDigital', path },
    });
    expect(model.exportWeights()).toEqual(before);
    model.dispose();
  });

  it('refuses sets without images or with fewer labels than images, and trains nothing', async () => {
    const model = newModel();
    const before = model.exportWeights();
    const refusal = (train: ImageSet, validation: ImageSet) =>
      trainDigital(model, { train, normalise }, { epochs: 1 }, { rng: rng(), validation }).catch(
        (error: Error) => error.message,
      );
    expect(await refusal(bars(0, 1), test)).toContain('There are no training images.');
    expect(await refusal(data.train, bars(0, 1))).toContain('There are no validation images.');
    const short = { ...data.train, labels: data.train.labels.subarray(0, 100) };
    expect(await refusal(short, test)).toContain('found:    100 labels, 15360 pixel values');
    expect(model.exportWeights()).toEqual(before);
    model.dispose();
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
    const names = ['conv2d1/kernel', 'batchNorm1/gamma', 'dense1/bias'];
    // One step: what decays differs by the rate times the decay times itself, what does not is the same to the bit.
    const step = { ...options, epochs: 1, batchSize: 240, learningRate: 0.01, schedule: 'constant' as const };
    const valuesAfter = async (weightDecay: number) => {
      const model = newModel();
      for (const name of names) model.weights.get(name)!.assign(tf.fill(model.weights.get(name)!.shape, 0.5));
      await trainDigital(model, data, { ...step, weightDecay, decayAll }, { rng: rng() });
      const values = names.map((name) => model.weights.get(name)!.dataSync()[0]!);
      model.dispose();
      return values;
    };
    const [without, decayed] = [await valuesAfter(0), await valuesAfter(1)];
    const lost = without.map((value, i) => value - decayed[i]!);
    expect(lost[0]).toBeCloseTo(0.01 * 1 * 0.5, 6);
    if (decayAll) for (const loss of lost) expect(loss).toBeCloseTo(lost[0]!, 6);
    else expect(lost.slice(1)).toEqual([0, 0]);
  });

  it('decays all matrices of attention and recurrent units, and none of their biases', async () => {
    const step = { ...options, epochs: 1, batchSize: 240, learningRate: 0.01, schedule: 'constant' as const };
    const weightsAfter = async (weightDecay: number) => {
      const model = Model.create(sequenceNetwork(), createRng(3).child('init'));
      for (const variable of model.trainable()) variable.assign(tf.fill(variable.shape, 0.5));
      await trainDigital(model, data, { ...step, weightDecay }, { rng: rng() });
      const weights = model.exportWeights();
      model.dispose();
      return weights;
    };
    const [without, decayed] = [await weightsAfter(0), await weightsAfter(1)];
    for (const [name, { data: values }] of Object.entries(without)) {
      const lost = values[0]! - decayed[name]!.data[0]!;
      if (/bias$/i.test(name)) expect({ name, lost }).toEqual({ name, lost: 0 });
      else expect(lost, name).toBeCloseTo(0.01 * 1 * 0.5, 6);
    }
    expect(Object.keys(without).filter((name) => /bias$/i.test(name))).toHaveLength(7);
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
