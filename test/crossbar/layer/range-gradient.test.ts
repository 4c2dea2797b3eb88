import { beforeAll, describe, expect, test } from 'vitest';
import { AnalogLayer, type CrossbarConfig, type LayerShape, resolveCrossbar } from '../../../src/crossbar/index.js';
import { createRng, randomNormal, tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

const rng = createRng(21, 'range-gradient');
const dense: LayerShape = { kind: 'dense', inSize: 30, outSize: 7 };
const x = tf.keep(randomNormal([12, 30], rng.child('x')) as tf.Tensor2D);
const kernel = tf.keep(randomNormal([30, 7], rng.child('kernel')) as tf.Tensor2D);
const dy = tf.keep(randomNormal([12, 7], rng.child('dy')) as tf.Tensor2D);

/** Without noise, so that what training should find can be computed apart. */
function crossbar(name: CrossbarConfig['class'], inputRange: object = {}): CrossbarConfig {
  return resolveCrossbar({
    class: name,
    forward: { outNoise: 0, noiseManagement: 'None', boundManagement: 'None' },
    mapping: { maxInputSize: 16, maxOutputSize: 4 },
    prePost: { inputRange: { enable: true, decay: 0, ...inputRange } },
  });
}

function trained(config: CrossbarConfig, range: tf.Variable, shape: LayerShape = dense, input: tf.Tensor = x): number {
  const layer = new AnalogLayer('layer', shape, config);
  const weights = shape.kind === 'dense' ? kernel : tf.reshape(kernel, [1, 1, 30, 7]);
  const product = () => {
    const y = layer.hwaForward(input, weights, null, { inputRange: range, rng: rng.child('step') });
    return tf.sum(tf.mul(y, tf.reshape(dy, y.shape))) as tf.Scalar;
  };
  const { grads } = tf.tidy(() => tf.variableGrads(product, [range]));
  layer.dispose();
  const [gradient] = grads[range.name]!.dataSync();
  tf.dispose(grads);
  return gradient!;
}

/** The rule in plain loops: what clipped inputs whose gradient asks for more add up to, relative to the range. */
function expected(r: number): number {
  const [inputs, weights, gradients] = [x.arraySync(), kernel.arraySync(), dy.arraySync()];
  let sum = 0;
  for (const [i, row] of inputs.entries()) {
    for (const [j, value] of row.entries()) {
      const d = weights[j]!.reduce((total, w, k) => total + w * gradients[i]![k]!, 0);
      if (value >= r) sum += Math.min(d, 0);
      if (value <= -r) sum -= Math.max(d, 0);
    }
  }
  return sum * r;
}

describe('the gradient of a learned input range', () => {
  const classes = ['InferenceRPUConfig', 'TorchInferenceRPUConfig', 'QuantizedTorchInferenceRPUConfig'] as const;

  test.each(classes)('is that of the clipped inputs, on %s', (name) => {
    for (const r of [0.3, 1, 2.2]) {
      const range = tf.variable(tf.scalar(r));
      const gradient = trained(crossbar(name), range);
      expect(gradient).toBeLessThan(0);
      expect(Math.abs(gradient - expected(r))).toBeLessThan(1e-4 * Math.abs(expected(r)));
      range.dispose();
    }
  });

  test('is the same for the pixels of an image as for the rows of a batch', () => {
    const pixels = tf.reshape(x, [3, 2, 2, 30]);
    const conv: LayerShape = {
      ...{ kind: 'conv2d', kernel: [1, 1], inChannels: 30, outChannels: 7 },
      ...{ strides: [1, 1], padding: 'same', dilations: [1, 1] },
    };
    const range = tf.variable(tf.scalar(0.8));
    const config = crossbar('InferenceRPUConfig');
    expect(trained(config, range, conv, pixels)).toBeCloseTo(trained(config, range), 3);
    tf.dispose([pixels, range]);
  });

  test('decay pulls a range down in which nearly all inputs lie, and no other', () => {
    const config = crossbar('InferenceRPUConfig', { decay: 0.01, inputMinPercentage: 0.95 });
    const [wide, narrow] = [tf.variable(tf.scalar(8)), tf.variable(tf.scalar(1))];
    expect(trained(config, wide)).toBeCloseTo(0.08, 5);
    expect(trained(config, narrow)).toBeCloseTo(trained(crossbar('InferenceRPUConfig'), narrow), 5);
    tf.dispose([wide, narrow]);
  });

  test('outputs at the bound of the ADC ask for a larger range', () => {
    const managed = { manageOutputClipping: true, outputMinPercentage: 0.99 };
    const config = crossbar('InferenceRPUConfig', managed);
    const tight = resolveCrossbar({ ...config, forward: { ...config.forward, outBound: 0.5 } });
    const range = tf.variable(tf.scalar(8));
    expect(trained(config, range)).toBe(0);
    expect(trained(tight, range)).toBeLessThan(-0.1);
    range.dispose();
  });

  test('there is none where the configuration does not learn ranges', () => {
    const range = tf.variable(tf.scalar(1));
    const layer = new AnalogLayer('layer', dense, crossbar('InferenceRPUConfig', { learnInputRange: false }));
    const product = () =>
      tf.sum(layer.hwaForward(x, kernel, null, { inputRange: range, rng: rng.child('step') })) as tf.Scalar;
    const { value, grads } = tf.tidy(() => tf.engine().gradients(product, [range], undefined, true));
    expect(grads).toEqual([undefined]);
    tf.dispose([value, range]);
    layer.dispose();
  });
});
