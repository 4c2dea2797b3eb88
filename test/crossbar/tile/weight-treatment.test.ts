import { beforeAll, expect, test } from 'vitest';
import { AnalogLayer, checkSupported, resolveCrossbar } from '../../../src/crossbar/index.js';
import { LayerGrid } from '../../../src/crossbar/layer/layer-grid.js';
import { noisyWeights, referenceWeights } from '../../../src/crossbar/layer/noisy-weights.js';
import { AnalogTile } from '../../../src/crossbar/tile/analog-tile.js';
import { clipWeights } from '../../../src/crossbar/tile/clip-remap.js';
import { modifyWeights } from '../../../src/crossbar/tile/modify-weights.js';
import { createRng, tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

const rng = createRng(8, 'weight-treatment');

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits = 5): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, digits);
  });
}

test('clip limits: unbiased deviations, channel maxima, the smaller of two limits', () => {
  tf.tidy(() => {
    const weights = tf.tensor2d([
      [1, -2],
      [3, 6],
    ]);
    const clipped = (clip: Record<string, unknown>, engine: 'rpu' | 'torch' = 'rpu') =>
      clipWeights(weights, resolveCrossbar({ clip }).clip, engine).dataSync();
    expectClose(clipped({ type: 'FixedValue', fixedValue: 2.5 }), [1, -2, 2.5, 2.5]);
    // Mean 2, squares 1 + 16 + 1 + 16 over 3.
    const deviation = Math.sqrt(34 / 3);
    expectClose(clipped({ type: 'LayerGaussian', sigma: 0.5 }), [1, -deviation / 2, deviation / 2, deviation / 2]);
    expectClose(clipped({ type: 'LayerGaussian', sigma: 0.5, fixedValue: 1.2 }), [1, -1.2, 1.2, 1.2]);
    // Mean of 3 and 6.
    expectClose(clipped({ type: 'AverageChannelMax' }), [1, -2, 3, 4.5]);
    // A limit that is not above zero: none on the C++ tile; torch clamps to it all the same.
    expectClose(clipped({ type: 'FixedValue' }), [1, -2, 3, 6]);
    expectClose(clipped({ type: 'FixedValue' }, 'torch'), [-1, -1, -1, -1]);
  });
});

const modified = (value: number, modifier: Record<string, unknown>, engine: 'rpu' | 'torch' = 'rpu') =>
  tf.tidy(() => {
    const weights = tf.fill([4000], value);
    const settings = resolveCrossbar({ modifier }).modifier;
    return [...modifyWeights(weights, settings, tf.scalar(Math.abs(value)), engine, rng.child('modified')).dataSync()];
  }) as unknown as number[];

test('faulty devices of PCMNoise change the size of a weight, never its sign, and zeros get stuck, too', () => {
  const faults = (fault: Record<string, number>) => ({ type: 'PCMNoise', stdDev: 0, ...fault, relToActualWmax: false });
  expect(new Set(modified(-0.5, faults({ pcmProbAtGmax: 1 })))).toEqual(new Set([-0.5, -1]));
  const random = modified(0, faults({ pcmProbAtRandom: 1 }));
  expect(Math.min(...random)).toBeGreaterThan(0);
  // Uniform between 0 and 1: five standard errors of a mean over 4,000.
  const mean = random.reduce((sum, value) => sum + value, 0) / random.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / random.length));
  expect(new Set(modified(0.5, faults({ pcmProbAtReset: 1 })))).toEqual(new Set([0]));
});

test('noise on a tile of zeros: relative to 1 on the C++ tile, none on the torch tile', () => {
  const noise = { type: 'AddNormal', stdDev: 0.1 };
  expect(new Set(modified(0, noise, 'torch'))).toEqual(new Set([0]));
  const values = modified(0, noise);
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  expect(Math.abs(variance / 0.01 - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length));
  for (const backend of ['the backend in use', 'plain operations']) {
    const config = resolveCrossbar({
      class: 'TorchInferenceRPUConfig',
      mapping: { weightScalingOmega: 1 },
      modifier: noise,
    });
    const mapped = { shape: { kind: 'dense', inSize: 4, outSize: 3 } as const, config };
    const layer = { ...mapped, grid: new LayerGrid(mapped.shape, config.mapping) };
    const make = backend === 'plain operations' ? referenceWeights : noisyWeights;
    expect([...make(tf.zeros([4, 3]), layer, rng).logical.dataSync()]).toEqual(Array(12).fill(0));
  }
});

test('a new mapping begins with learned scales of one', () => {
  tf.tidy(() => {
    const config = resolveCrossbar({
      forward: { isPerfect: true },
      mapping: { weightScalingOmega: 1, learnOutScaling: true },
    });
    const tile = new AnalogTile({ inputs: 1, outputs: 1, config, bias: false, rng });
    tile.setLearnedOutScales([2]);
    tile.setWeights(tf.tensor2d([[0.5]]));
    expect(tile.forward(tf.ones([1, 1]), { train: false, rng }).dataSync()[0]).toBeCloseTo(0.5, 6);
  });
});

test('DoReFa squashes by tanh and rounds half away from zero', () => {
  tf.tidy(() => {
    const { modifier } = resolveCrossbar({ modifier: { type: 'DoReFa', dorefaClip: 0.6, res: 0.1 } });
    const weights = tf.tensor1d([0.5, -1, 0.1, 0]);
    const k = 0.6 / Math.tanh(1);
    const [a, b] = [Math.round((Math.tanh(0.5) * k) / 0.1) / 10, Math.round((Math.tanh(0.1) * k) / 0.1) / 10];
    expectClose(modifyWeights(weights, modifier, tf.scalar(1), 'rpu', rng).dataSync(), [a, -0.6, b, 0]);
    expect([a, b]).toEqual([0.4, 0.1]);
    // Without a step nothing is done, as in AIHWKit.
    const { modifier: off } = resolveCrossbar({ modifier: { type: 'DoReFa' } });
    expectClose(modifyWeights(weights, off, tf.scalar(1), 'rpu', rng).dataSync(), [0.5, -1, 0.1, 0]);
  });
});

const perSample = (type: 'AddNormal' | 'MultNormal') =>
  resolveCrossbar({
    class: 'TorchInferenceRPUConfig',
    forward: { isPerfect: true },
    modifier: { type, stdDev: 0.1, perBatchSample: true },
  });

test('a sample of the weights for each member of a batch', () => {
  tf.tidy(() => {
    const batch = 4000;
    const weights = tf.tensor2d([
      [0.5, -0.2],
      [0.25, 0.8],
    ]);
    const x = tf.tile(tf.tensor2d([[1, 2]]), [batch, 1]) as tf.Tensor2D;
    const exact = [0.5 + 0.5, -0.2 + 1.6];
    // y = x (W + noise): 0.1 max|W| |x| for additive noise, 0.1 sqrt(sum (w x)^2) for multiplicative.
    const deviations = {
      AddNormal: [0, 1].map(() => 0.1 * 0.8 * Math.sqrt(5)),
      MultNormal: [0.1 * Math.hypot(0.5, 0.5), 0.1 * Math.hypot(0.2, 1.6)],
    };
    for (const type of ['AddNormal', 'MultNormal'] as const) {
      const tile = new AnalogTile({ inputs: 2, outputs: 2, config: perSample(type), bias: false, rng });
      tile.setWeights(weights);
      const y = tile.forward(x, { train: true, rng: rng.child(type) });
      const { mean, variance } = tf.moments(y, 0);
      deviations[type].forEach((deviation, i) => {
        expect(Math.abs(mean.dataSync()[i]! - exact[i]!)).toBeLessThan((5 * deviation) / Math.sqrt(batch));
        expect(Math.abs(Math.sqrt(variance.dataSync()[i]!) / deviation - 1)).toBeLessThan(5 / Math.sqrt(2 * batch));
      });
      // The gradient goes back through the very weights that answered: dx . x = dy . y without a bias.
      const dy = tf.tile(tf.tensor2d([[1, -3]]), [batch, 1]) as tf.Tensor2D;
      const { dx, weights: dWeights } = tile.backward(dy, rng);
      const [back, forth] = [tf.sum(tf.mul(dx, x), 1), tf.sum(tf.mul(dy, y), 1)];
      expect(tf.max(tf.abs(tf.sub(back, forth))).dataSync()[0]).toBeLessThan(1e-4);
      expectClose(dWeights.dataSync(), [batch, -3 * batch, 2 * batch, -6 * batch], 0);
      // In inference nothing is modified.
      expectClose(tile.forward(tf.tensor2d([[1, 2]]), { train: false, rng }).dataSync(), exact);
      tile.dispose();
    }
  });
});

test('layers of a network draw weights for each image, and differentiate', () => {
  tf.tidy(() => {
    const shape = {
      kind: 'conv2d' as const,
      ...{ kernel: [1, 1] as const, inChannels: 2, outChannels: 3, strides: [1, 1] as const },
      ...{ padding: 'same' as const, dilations: [1, 1] as const },
    };
    const layer = new AnalogLayer('c', shape, perSample('AddNormal'));
    const kernel = tf.ones([1, 1, 2, 3]);
    const run = (x: tf.Tensor, k: tf.Tensor) => layer.hwaForward(x, k, null, { inputRange: 1, rng });
    const y = run(tf.ones([2, 2, 2, 2]), kernel);
    const [first, second] = tf.unstack(tf.reshape(y, [2, 4, 3]));
    // One image: the same weights at every pixel. Another image: others.
    const spread = (t: tf.Tensor) => tf.max(tf.abs(t)).dataSync()[0]!;
    expect(spread(tf.sub(first!, tf.slice(first!, [0, 0], [1, 3])))).toBeLessThan(1e-6);
    expect(spread(tf.sub(first!, second!))).toBeGreaterThan(1e-3);
    const [, dKernel] = tf.grads(run as never)([tf.ones([2, 2, 2, 2]), kernel], tf.ones(y.shape));
    expectClose(dKernel!.dataSync(), Array<number>(6).fill(8), 4);
    layer.dispose();
  });
});

test('who takes a sample per member', () => {
  const modifier = { stdDev: 0.1, res: 0.1, perBatchSample: true };
  for (const type of ['AddNormal', 'MultNormal', 'Discretize'] as const) {
    expect(() => checkSupported(resolveCrossbar({ modifier: { ...modifier, type } }))).toThrow('perBatchSample');
  }
  const torch = { class: 'TorchInferenceRPUConfig' as const };
  expect(() => checkSupported(resolveCrossbar({ ...torch, modifier: { ...modifier, type: 'Discretize' } }))).toThrow(
    'perBatchSample',
  );
  expect(() => checkSupported(perSample('AddNormal'))).not.toThrow();
});

test('a noisy backward pass has draws of its own, fixed for the life of the tile', () => {
  tf.tidy(() => {
    const inputs = 4000;
    const strength = 0.5;
    const open = { boundManagement: 'None', noiseManagement: 'None', inpRes: -1, outRes: -1, inpBound: -1 };
    const config = resolveCrossbar({
      class: 'SingleRPUConfig',
      forward: { isPerfect: true },
      backward: { ...open, outBound: 10, outNoise: 0, outNonlinearity: 10 * strength, outNonlinearityStd: 0.5 },
    });
    const tile = new AnalogTile({ inputs, outputs: 1, config, bias: false, rng });
    tile.setWeights(tf.ones([inputs, 1]));
    // dx = dy / (1 + n |dy|), so n = 1 / dx - 1 / dy.
    const strengths = (dy: number) => {
      tile.forward(tf.ones([1, inputs]), { train: true, rng });
      const { dx } = tile.backward(tf.tensor2d([[dy]]), rng.child(String(dy)));
      return tf.sub(tf.div(1, dx), 1 / dy);
    };
    const [once, again] = [strengths(1), strengths(2)];
    expect(tf.max(tf.abs(tf.sub(once, again))).dataSync()[0]).toBeLessThan(1e-4);
    // n = strength |1 + 0.5 N|: E n^2 = strength^2 1.25, with the variance strength^4 (4 * 0.25 + 2 * 0.0625).
    const meanSquare = tf.mean(tf.square(once)).dataSync()[0]! / strength ** 2;
    expect(Math.abs(meanSquare - 1.25)).toBeLessThan(5 * Math.sqrt(1.125 / inputs));
    tile.dispose();
  });
});
