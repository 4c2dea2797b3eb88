import { beforeAll, describe, expect, it } from 'vitest';
import { resolveCrossbar } from '../../src/crossbar/index.js';
import { Model } from '../../src/nn/index.js';
import { createRng, tf, useBackend } from '../../src/tensor/index.js';
import {
  accuracy,
  digitalTrainingSchema,
  driftAccuracy,
  hwaTrainingSchema,
  meanAndStd,
  trainDigital,
  trainHwa,
} from '../../src/training/index.js';
import { bars, normalise, smallNetwork, tensorsBeside } from './fixtures.js';

const data = { train: bars(240, 1), normalise };
const test = bars(150, 2);
const noAugmentation = { padCrop: 0, flip: false, cutout: 0 };
const digital = digitalTrainingSchema.parse({ epochs: 4, batchSize: 16, learningRate: 0.1, augment: noAugmentation });
const hwa = hwaTrainingSchema.parse({ epochs: 1, batchSize: 16, augment: noAugmentation });
const crossbar = resolveCrossbar('pcm-8bit-256');
const times = [1, 86_400, 2_592_000];

/** A model trained in floating point. */
let model: Model;

beforeAll(async () => {
  await useBackend();
  model = Model.create(smallNetwork(), createRng(3).child('init'));
  await trainDigital(model, data, digital, { rng: createRng(3).child('digital') });
});

const copyOf = (original: Model) => Model.fromWeights(original.graph, original.exportWeights());
const drift = (one: Model, more: object = {}) =>
  driftAccuracy(one, test, normalise, crossbar, { times, repeats: 3, rng: createRng(5).child('drift'), ...more });

describe('trainHwa', () => {
  it('keeps the task, sets an input range for each layer, and leaves no tensor behind', async () => {
    const tuned = copyOf(model);
    await trainHwa(tuned, data, hwa, crossbar, { rng: createRng(4) });
    const before = tensorsBeside(tuned);
    const { epochs } = await trainHwa(tuned, data, hwa, crossbar, { rng: createRng(4) });
    expect(tensorsBeside(tuned)).toBe(before);
    expect(epochs).toHaveLength(1);
    expect(epochs[0]!.accuracy).toBeGreaterThan(0.7);
    expect(Object.keys(tuned.inputRanges).sort()).toEqual(['conv2d1', 'dense1']);
    tuned.dispose();
  });

  it('draws fresh noise in each step: without any update the loss on the same images changes from step to step', async () => {
    const tuned = copyOf(model);
    const losses: number[] = [];
    const still = { ...hwa, batchSize: 240, epochs: 3, learningRate: 1e-12, weightDecay: 0, clipSigma: 0 };
    await trainHwa(tuned, data, still, crossbar, { rng: createRng(4), onStep: ({ loss }) => losses.push(loss) });
    expect(new Set(losses).size).toBe(3);
    tuned.dispose();
  });

  it('clips weights as the crossbar says, after each step', async () => {
    const clipping = resolveCrossbar({ ...crossbar, clip: { type: 'LayerGaussian', sigma: 1 } });
    const tuned = copyOf(model);
    await trainHwa(tuned, data, { ...hwa, clipSigma: 0 }, clipping, { rng: createRng(4) });
    // Clipping at one deviation again and again leaves values of nearly one size; unclipped, some reach twice of it.
    const reach = (one: Model) =>
      tf.tidy(() => {
        const kernel = one.weights.get('conv2d1/kernel')!;
        return tf.div(tf.max(tf.abs(kernel)), tf.sqrt(tf.mean(tf.square(kernel)))).dataSync()[0]!;
      }) as unknown as number;
    expect(reach(tuned)).toBeLessThan(1.3);
    expect(reach(model)).toBeGreaterThan(1.6);
    tuned.dispose();
  });

  it('refuses options that train nothing', async () => {
    const train = (options: object) => trainHwa(model, data, options, crossbar, { rng: createRng(4) });
    await expect(train({ epochs: 1, learningRate: -1 })).rejects.toThrow('learningRate');
    await expect(train({ epochs: 1, batchSize: Number.NaN })).rejects.toThrow('found:    NaN');
  });

  it('learns input ranges where the crossbar does: they move from where they were found, and stay with the model', async () => {
    const inputRange = { ...crossbar.prePost.inputRange, learnInputRange: true };
    const learning = { ...crossbar, prePost: { ...crossbar.prePost, inputRange } };
    const narrow = { ...hwa, inputRange: { ...hwa.inputRange, quantile: 0.9 } };
    const tuned = copyOf(model);
    await trainHwa(tuned, data, { ...narrow, epochs: 0 }, learning, { rng: createRng(4) });
    const found = tuned.inputRanges;
    const train = () => trainHwa(tuned, data, { ...narrow, epochs: 2 }, learning, { rng: createRng(4) });
    const { epochs } = await train();
    expect(epochs[1]!.accuracy).toBeGreaterThan(0.7);
    const learned = tuned.inputRanges;
    const tensors = tensorsBeside(tuned);
    await train();
    expect(tensorsBeside(tuned)).toBe(tensors);
    expect(Object.keys(learned)).toEqual(Object.keys(found));
    for (const [id, range] of Object.entries(learned)) {
      expect(range).toBeGreaterThan(0);
      expect(range).not.toBe(found[id]);
    }
    tuned.dispose();
  });

  it('with zero epochs only finds the input ranges', async () => {
    const tuned = copyOf(model);
    const { epochs } = await trainHwa(tuned, data, { ...hwa, epochs: 0 }, crossbar, { rng: createRng(4) });
    expect(epochs).toEqual([]);
    expect(tuned.exportWeights()).toEqual(model.exportWeights());
    expect(tuned.inputRanges.dense1).toBeGreaterThan(0);
    tuned.dispose();
  });

  it('clips kernels to clipSigma standard deviations of what they were', async () => {
    const tuned = copyOf(model);
    const kernel = tuned.weights.get('conv2d1/kernel')!;
    const bound = 1.5 * Math.sqrt(tf.moments(kernel).variance.dataSync()[0]!);
    expect(tf.max(tf.abs(kernel)).dataSync()[0]).toBeGreaterThan(bound);
    await trainHwa(tuned, data, { ...hwa, clipSigma: 1.5 }, crossbar, { rng: createRng(4) });
    expect(tf.max(tf.abs(kernel)).dataSync()[0]).toBeCloseTo(bound, 5);
    tuned.dispose();
  });
});

describe('driftAccuracy', () => {
  it('without any noise equals the digital accuracy, at all times', async () => {
    const ideal = resolveCrossbar('ideal');
    const tuned = copyOf(model);
    await trainHwa(tuned, data, { ...hwa, epochs: 0, inputRange: { ...hwa.inputRange, method: 'max' } }, ideal, {
      rng: createRng(4),
    });
    const expected = await accuracy((x) => tuned.predict(x), test, normalise);
    const results = await driftAccuracy(tuned, test, normalise, ideal, { times, repeats: 2, rng: createRng(5) });
    expect(results.map(({ mean }) => mean)).toEqual([expected, expected, expected]);
    expect(results.map(({ std }) => std)).toEqual([0, 0, 0]);
    tuned.dispose();
  });

  it('gives mean and deviation (n - 1) per time, and leaves no tensor behind', async () => {
    const tuned = copyOf(model);
    await trainHwa(tuned, data, hwa, crossbar, { rng: createRng(4) });
    const before = tensorsBeside(tuned);
    const progress: number[][] = [];
    const results = await drift(tuned, { onProgress: (done: number, total: number) => progress.push([done, total]) });
    expect(tensorsBeside(tuned)).toBe(before);
    expect(results.map(({ seconds }) => seconds)).toEqual(times);
    for (const { mean, std, values, repeats } of results) {
      expect(repeats).toBe(3);
      expect(values).toHaveLength(3);
      expect({ mean, std }).toEqual(meanAndStd(values));
      expect(mean).toBeGreaterThan(0.6);
    }
    expect(progress.at(-1)).toEqual([9, 9]);
    tuned.dispose();
  });

  it('draws each chip with cores of its own where they differ', async () => {
    const tuned = copyOf(model);
    await trainHwa(tuned, data, { ...hwa, epochs: 0 }, crossbar, { rng: createRng(4) });
    const [one] = times;
    const differ = { coreDifferences: { adcNoise: 0.5, adcGain: 0.3, columnGain: 0.6, drift: 0.5 }, times: [one] };
    const before = tensorsBeside(tuned);
    const [alike] = await drift(tuned, { times: [one] });
    const [apart] = await drift(tuned, differ);
    expect(tensorsBeside(tuned)).toBe(before);
    expect(await drift(tuned, differ)).toEqual([apart]);
    // Gains of 0.6 from column to column break a network that noise alone does not.
    expect(apart!.mean).toBeLessThan(alike!.mean);
    expect(new Set(apart!.values).size).toBeGreaterThan(1);
    tuned.dispose();
  });

  it.each([
    [{ times: [] }, 'times', 'none'],
    [{ times: [1, Number.NaN] }, 'times[1]', 'NaN'],
    [{ times: [-1] }, 'times[0]', '-1'],
    [{ times: [Number.POSITIVE_INFINITY] }, 'times[0]', 'Infinity'],
    [{ repeats: 0 }, 'repeats', '0'],
    [{ repeats: -1 }, 'repeats', '-1'],
    [{ repeats: Number.NaN }, 'repeats', 'NaN'],
    [{ repeats: 1.5 }, 'repeats', '1.5'],
    [{ batchSize: 0 }, 'batchSize', '0'],
    [{ batchSize: Number.NaN }, 'batchSize', 'NaN'],
  ])('refuses what cannot be measured before it programs anything: %o', async (change, path, found) => {
    const before = tf.memory().numTensors;
    await expect(drift(model, change)).rejects.toMatchObject({ code: 'USAGE', details: { path, found } });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a set without images', async () => {
    const plan = { times, repeats: 1, rng: createRng(5) };
    await expect(driftAccuracy(model, bars(0, 2), normalise, crossbar, plan)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      summary: 'There are no images.',
    });
  });

  it('repeats under a seed; another time or repeat changes no other number', async () => {
    const tuned = copyOf(model);
    await trainHwa(tuned, data, { ...hwa, epochs: 0 }, crossbar, { rng: createRng(4) });
    const results = await drift(tuned);
    expect(await drift(tuned)).toEqual(results);
    const [day] = await drift(tuned, { times: [86_400], repeats: 2 });
    expect(day!.values).toEqual(results[1]!.values.slice(0, 2));
    tuned.dispose();
  });

  it('stops at an abort and frees the analog model', async () => {
    const tuned = copyOf(model);
    await trainHwa(tuned, data, { ...hwa, epochs: 0 }, crossbar, { rng: createRng(4) });
    const before = tensorsBeside(tuned);
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    await expect(drift(tuned, { signal: controller.signal, onProgress })).rejects.toMatchObject({ name: 'AbortError' });
    expect(tensorsBeside(tuned)).toBe(before);
    tuned.dispose();
  });
});

describe('meanAndStd', () => {
  it('uses n - 1, and 0 for one value', () => {
    expect(meanAndStd([1, 2, 3, 4])).toEqual({ mean: 2.5, std: Math.sqrt(5 / 3) });
    expect(meanAndStd([0.7])).toEqual({ mean: 0.7, std: 0 });
  });
});
