import { beforeAll, describe, expect, test } from 'vitest';
import { AnalogLayer, type CrossbarConfig, type LayerShape, resolveCrossbar } from '../../../src/crossbar/index.js';
import { createRng, randomNormal, tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

const conv: LayerShape = {
  kind: 'conv2d',
  kernel: [3, 3],
  inChannels: 40,
  outChannels: 20,
  strides: [2, 2],
  padding: 'same',
  dilations: [1, 1],
};
const rng = createRng(11, 'analog-layer');
const x = tf.keep(tf.relu(randomNormal([2, 8, 8, 40], rng.child('x'))) as tf.Tensor4D);
const kernel = tf.keep(randomNormal([3, 3, 40, 20], rng.child('kernel'), 0, 0.1) as tf.Tensor4D);

const ideal = () => tf.conv2d(x, kernel, 2, 'same');
const relativeError = (y: tf.Tensor, reference: tf.Tensor) =>
  tf.tidy(() => tf.div(tf.norm(tf.sub(y, reference)), tf.norm(reference)).dataSync()[0]!);

/** The preset without any noise, so that what is left must be exact or nearly so. */
function quiet(change: Partial<CrossbarConfig['forward']> = {}): CrossbarConfig {
  const config = resolveCrossbar('pcm-8bit-256');
  const silent = { progNoiseScale: 0, readNoiseScale: 0, driftScale: 0 };
  return resolveCrossbar({
    ...config,
    forward: { ...config.forward, outNoise: 0, ...change },
    modifier: { type: 'None' },
    noiseModel: { class: 'PCMLikeNoiseModel', ...silent },
  });
}

describe('inference', () => {
  test('an ideal crossbar is a convolution', () => {
    tf.tidy(() => {
      const layer = new AnalogLayer('c', conv, resolveCrossbar('ideal'));
      layer.program(kernel, null, 3, rng.child('chip'));
      expect(relativeError(layer.forward(x, rng), ideal())).toBeLessThan(1e-6);
      layer.drift(1e6, rng);
      expect(relativeError(layer.forward(x, rng), ideal())).toBeLessThan(1e-6);
      layer.dispose();
    });
  });

  test('folds a digital stage into scales and bias: the same as factor, offset and ReLU afterwards', () => {
    tf.tidy(() => {
      const layer = new AnalogLayer('c', conv, resolveCrossbar('pcm-8bit-256'));
      const bias = randomNormal([20], rng.child('bias'));
      layer.program(kernel, bias, 3, rng.child('chip'));
      const factor = randomNormal([20], rng.child('factor')) as tf.Tensor1D;
      const offset = randomNormal([20], rng.child('offset')) as tf.Tensor1D;
      for (const relu of [false, true]) {
        const stage = { factor, offset, relu };
        for (const seconds of [0, 86_400]) {
          layer.drift(seconds, rng.child(`${seconds}`));
          const plain = tf.add(tf.mul(layer.forward(x, rng.child('batch')), factor), offset);
          const staged = layer.forward(x, rng.child('batch'), stage);
          expect(relativeError(staged, relu ? tf.relu(plain) : plain)).toBeLessThan(1e-6);
        }
      }
      layer.dispose();
    });
  });

  test('cuts rows into tiles inside windows and still adds up', () => {
    const layer = new AnalogLayer('c', conv, resolveCrossbar('ideal'));
    expect(layer.grid).toEqual({ rowCuts: [0, 180, 360], colCuts: [0, 20] });
    layer.dispose();
  });

  test('an analog bias is a row of the only tile, and digital where there are several', () => {
    tf.tidy(() => {
      const bias = randomNormal([20], rng.child('bias'), 0, 0.5);
      const perfect = resolveCrossbar('ideal');
      for (const maxInputSize of [0, 256]) {
        const mapping = { ...perfect.mapping, digitalBias: false, maxInputSize, maxOutputSize: 0 };
        const layer = new AnalogLayer('c', conv, { ...perfect, mapping });
        layer.program(kernel, bias, 3, rng.child('chip'));
        expect(relativeError(layer.forward(x, rng), tf.add(ideal(), bias))).toBeLessThan(1e-6);
        layer.drift(1e6, rng);
        expect(relativeError(layer.forward(x, rng), tf.add(ideal(), bias))).toBeLessThan(1e-6);
        layer.dispose();
      }
      // On devices the analog bias is noisy: without any input, it is all that comes out.
      const noisy = resolveCrossbar('OldWebComposerInferenceRPUConfig');
      const layer = new AnalogLayer('c', conv, { ...noisy, forward: perfect.forward });
      layer.program(kernel, bias, 3, rng.child('chip'));
      const error = relativeError(layer.forward(tf.zerosLike(x), rng), tf.mul(tf.ones([2, 4, 4, 20]), bias));
      expect(error).toBeGreaterThan(1e-3);
      expect(error).toBeLessThan(0.5);
      layer.dispose();
    });
  });

  test('quantisation alone costs a few percent, and a bias is added exactly', () => {
    tf.tidy(() => {
      const layer = new AnalogLayer('c', conv, quiet());
      const bias = randomNormal([20], rng.child('bias'));
      layer.program(kernel, null, 3, rng.child('chip'));
      const y = layer.forward(x, rng);
      expect(relativeError(y, ideal())).toBeLessThan(0.08);
      layer.program(kernel, bias, 3, rng.child('chip'));
      expect(relativeError(layer.forward(x, rng), tf.add(y, bias))).toBeLessThan(1e-6);
      layer.dispose();
    });
  });

  test('the patch path gives what the convolution path gives', () => {
    tf.tidy(() => {
      const direct = new AnalogLayer('c', conv, quiet());
      // An outNoiseStd forces the general path; without output noise it has no other effect.
      const general = new AnalogLayer('c', conv, quiet({ outNoiseStd: 0.5 }));
      for (const layer of [direct, general]) layer.program(kernel, null, 3, rng.child('chip'));
      expect(relativeError(general.forward(x, rng), direct.forward(x, rng))).toBeLessThan(5e-3);
      for (const layer of [direct, general]) layer.dispose();
    });
  });

  test('drift compensation restores the size of the outputs after a month', () => {
    const month = 30 * 86400;
    const gain = (compensated: boolean) =>
      tf.tidy(() => {
        const config = resolveCrossbar('pcm-8bit-256');
        const layer = new AnalogLayer('c', conv, compensated ? config : { ...config, driftCompensation: null });
        layer.program(kernel, null, 3, rng.child('chip'));
        layer.drift(month, rng.child('month'));
        const y = layer.forward(x, rng.child('run'));
        const reference = ideal();
        const slope = tf.div(tf.sum(tf.mul(y, reference)), tf.sum(tf.square(reference))).dataSync()[0]!;
        layer.dispose();
        return slope;
      }) as number;
    expect(gain(false)).toBeLessThan(0.65);
    expect(Math.abs(gain(true) - 1)).toBeLessThan(0.06);
  });

  test('the same streams give the same bits; another programming differs; time starts from the programmed state', () => {
    tf.tidy(() => {
      const layer = new AnalogLayer('c', conv, resolveCrossbar('pcm-8bit-256'));
      const at = (chip: string, seconds: number[]) => {
        layer.program(kernel, null, 3, rng.child(chip));
        for (const t of seconds) layer.drift(t, rng.child(`read-${t}`));
        return layer.forward(x, rng.child('run')).dataSync();
      };
      expect(at('a', [3600])).toEqual(at('a', [1, 3600]));
      expect(at('a', [3600])).not.toEqual(at('b', [3600]));
      layer.dispose();
    });
  });

  test('dense layers take any leading shape', () => {
    tf.tidy(() => {
      const layer = new AnalogLayer('d', { kind: 'dense', inSize: 40, outSize: 7 }, resolveCrossbar('ideal'));
      const weights = randomNormal([40, 7], rng.child('dense')) as tf.Tensor2D;
      layer.program(weights, null, 3, rng);
      const y = layer.forward(x, rng);
      expect(y.shape).toEqual([2, 8, 8, 7]);
      expect(relativeError(tf.reshape(y, [-1, 7]), tf.matMul(tf.reshape(x, [-1, 40]), weights))).toBeLessThan(1e-6);
      layer.dispose();
    });
  });

  test('gives back all its memory', () => {
    const before = tf.memory().numTensors;
    const layer = new AnalogLayer('c', conv, resolveCrossbar('StandardHWATrainingPreset'));
    layer.program(kernel, null, 3, rng);
    layer.drift(1, rng);
    layer.drift(2, rng);
    layer.program(kernel, null, 3, rng);
    layer.forward(x, rng).dispose();
    layer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('refuses to run before it is programmed, and to train analog biases', () => {
    const layer = new AnalogLayer('c', conv, resolveCrossbar('pcm-8bit-256'));
    expect(() => layer.forward(x, rng)).toThrow('before it is programmed');
    layer.dispose();
    const old = new AnalogLayer('c', conv, resolveCrossbar('OldWebComposerInferenceRPUConfig'));
    const bias = tf.zeros([20]);
    expect(() => old.hwaForward(x, kernel, bias, { inputRange: 3, rng })).toThrow('bias digitally');
    bias.dispose();
    old.dispose();
  });
});

describe('hardware-aware training', () => {
  const gradients = (config: CrossbarConfig, inputRange = 3, shape: LayerShape = conv) =>
    tf.tidy(() => {
      const layer = new AnalogLayer('c', shape, config);
      const loss = (a: tf.Tensor, b: tf.Tensor) =>
        tf.sum(tf.square(layer.hwaForward(a, b, null, { inputRange, rng: rng.child('step') }))) as tf.Scalar;
      const result = tf.grads(loss as never)([x, kernel]);
      layer.dispose();
      return result;
    }) as [tf.Tensor, tf.Tensor];

  test('without noise and converters the gradients are those of the convolution', () => {
    tf.tidy(() => {
      const [dx, dKernel] = gradients(resolveCrossbar('ideal'));
      const plain = tf.grads(((a: tf.Tensor4D, b: tf.Tensor4D) =>
        tf.sum(tf.square(tf.conv2d(a, b, 2, 'same')))) as never)([x, kernel]);
      expect(relativeError(dx, plain[0]!)).toBeLessThan(1e-5);
      expect(relativeError(dKernel, plain[1]!)).toBeLessThan(1e-5);
    });
  });

  test('dilated convolutions have gradients too', () => {
    const dilated: LayerShape = { ...conv, strides: [1, 1], dilations: [2, 2], padding: 'valid' };
    tf.tidy(() => {
      const layer = new AnalogLayer('c', dilated, resolveCrossbar('ideal'));
      const f = (b: tf.Tensor) => tf.sum(tf.square(layer.hwaForward(x, b, null, { inputRange: 3, rng }))) as tf.Scalar;
      const analytic = tf.grad(f as never)(kernel);
      const direction = randomNormal([3, 3, 40, 20], rng.child('direction'), 0, 1e-3);
      const slope = tf.div(tf.sub(f(tf.add(kernel, direction)), f(tf.sub(kernel, direction))), 2).dataSync()[0]!;
      const predicted = tf.sum(tf.mul(analytic, direction)).dataSync()[0]!;
      expect(Math.abs(slope - predicted)).toBeLessThan(0.02 * Math.abs(predicted) + 0.05);
      layer.dispose();
    });
  });

  test.each(['InferenceRPUConfig', 'TorchInferenceRPUConfig'] as const)(
    '%s: input clipping follows the rules of that tile',
    (tile) => {
      const range = 0.5;
      tf.tidy(() => {
        const [dx] = gradients({ ...quiet(), class: tile }, range);
        const clipped = tf.cast(tf.greater(x, range), 'float32');
        const throughClipped = tf.sum(tf.abs(tf.mul(dx, clipped))).dataSync()[0]!;
        if (tile === 'TorchInferenceRPUConfig') expect(throughClipped).toBe(0);
        else expect(throughClipped).toBeGreaterThan(0);
      });
    },
  );

  test('the kernel gradient of the C++ tile uses the input clipped to its range, unrounded', () => {
    const range = 0.5;
    tf.tidy(() => {
      const layer = new AnalogLayer('c', conv, quiet());
      const dy = randomNormal([2, 4, 4, 20], rng.child('dy'));
      const dKernel = tf.grad((b) => layer.hwaForward(x, b, null, { inputRange: range, rng }))(kernel, dy);
      const clipped = tf.clipByValue(x, -range, range) as tf.Tensor4D;
      const expected = tf.grad((b) => tf.conv2d(clipped, b as tf.Tensor4D, 2, 'same'))(kernel, dy);
      expect(relativeError(dKernel, expected)).toBeLessThan(1e-5);
      layer.dispose();
    });
  });

  test('outputs at the ADC bound pass no gradient to the input', () => {
    tf.tidy(() => {
      const layer = new AnalogLayer('c', conv, quiet({ outBound: 1e-3 }));
      const dy = tf.ones([2, 4, 4, 20]);
      const y = layer.hwaForward(x, kernel, null, { inputRange: 3, rng });
      expect(tf.max(tf.abs(y)).dataSync()[0]!).toBeGreaterThan(0);
      const dx = tf.grad((a) => layer.hwaForward(a, kernel, null, { inputRange: 3, rng }))(x, dy);
      const open = tf.grad((a) => tf.conv2d(a as tf.Tensor4D, kernel, 2, 'same'))(x, dy);
      expect(tf.norm(dx).dataSync()[0]!).toBeLessThan(0.2 * tf.norm(open).dataSync()[0]!);
      layer.dispose();
    });
  });

  test('weight noise has the size that the modifier says: 0.06 of the largest weight of each tile', () => {
    const shape: LayerShape = { kind: 'dense', inSize: 300, outSize: 300 };
    tf.tidy(() => {
      const config = resolveCrossbar({
        ...resolveCrossbar('ideal'),
        modifier: { type: 'AddNormal', stdDev: 0.06 },
      });
      const layer = new AnalogLayer('d', shape, config);
      const weights = randomNormal([300, 300], rng.child('w'), 0, 0.1) as tf.Tensor2D;
      const noisy = layer.hwaForward(tf.eye(300), weights, null, { inputRange: 3, rng: rng.child('noise') });
      const error = tf.sub(noisy, weights) as tf.Tensor2D;
      // The first tile of the 2 x 2 grid.
      const block = (t: tf.Tensor2D) => tf.slice(t, [0, 0], [150, 150]);
      const largest = tf.max(tf.abs(block(weights))).dataSync()[0]!;
      const std = tf.sqrt(tf.moments(block(error)).variance).dataSync()[0]!;
      expect(Math.abs(std / (0.06 * largest) - 1)).toBeLessThan(5 / Math.sqrt(2 * 150 * 150));
      layer.dispose();
    });
  });

  test('the bias is learned digitally', () => {
    tf.tidy(() => {
      const layer = new AnalogLayer('c', conv, quiet());
      const bias = tf.zeros([20]);
      const db = tf.grad((b) => layer.hwaForward(x, kernel, b, { inputRange: 3, rng }))(bias, tf.ones([2, 4, 4, 20]));
      expect([...db.dataSync()]).toEqual(new Array(20).fill(32));
      layer.dispose();
    });
  });
});
