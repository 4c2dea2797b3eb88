import { beforeAll, describe, expect, test } from 'vitest';
import { AnalogLayer, type LayerShape, resolveCrossbar } from '../../../src/crossbar/index.js';
import { TileArray } from '../../../src/crossbar/tile/tile-array.js';
import { createRng, randomNormal, tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

const rng = createRng(12, 'quantised-layer');
const silent = { class: 'PCMLikeNoiseModel', progNoiseScale: 0, readNoiseScale: 0, driftScale: 0 };
const range = 2;

function config(forward: Record<string, unknown>, periphery: Record<string, unknown> = {}) {
  return resolveCrossbar({
    class: 'QuantizedTorchInferenceRPUConfig',
    forward: { boundManagement: 'None', noiseManagement: 'None', outNoise: 0, inpRes: 254, outRes: 254, ...forward },
    mapping: { weightScalingOmega: 1, weightScalingColumnwise: true, maxInputSize: 40, maxOutputSize: 8 },
    prePost: {
      inputRange: { enable: true, learnInputRange: false, initFromData: 0, initValue: range },
      periphQuant: { nBits: 6 },
      ...periphery,
    },
    actQuantConfig: { nBits: 6, rangeEstimator: 'current_minmax' },
    noiseModel: silent,
    driftCompensation: null,
  });
}

const dense: LayerShape = { kind: 'dense', inSize: 100, outSize: 20 };
const conv: LayerShape = {
  kind: 'conv2d',
  kernel: [3, 3],
  inChannels: 7,
  outChannels: 12,
  strides: [1, 1],
  padding: 'same',
  dilations: [1, 1],
};

const close = (a: tf.Tensor, b: tf.Tensor, tolerance: number) => {
  expect(tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0])).toBeLessThan(tolerance);
};

describe('a layer on quantised tiles', () => {
  // The fast path, the general path of patches, and a plain product.
  test.each([{}, { noiseManagement: 'AbsMax' }, { isPerfect: true }])(
    'gives what an array of tiles gives: %o',
    (forward) => {
      tf.tidy(() => {
        const chosen = config(forward);
        const [w, x] = [randomNormal([100, 20], rng.child('w')), randomNormal([6, 100], rng.child('x'))];
        const bias = randomNormal([20], rng.child('b')) as tf.Tensor1D;
        const array = new TileArray({ inputs: 100, outputs: 20, config: chosen, bias: true, rng });
        array.setWeights(w as tf.Tensor2D, bias);
        const expected = array.forward(x as tf.Tensor2D, { train: true, rng });
        const layer = new AnalogLayer('d', dense, chosen);
        const trained = layer.hwaForward(x, w, bias, { inputRange: range, rng });
        close(trained, expected, 1e-4);
        layer.program(w, bias, range, rng);
        close(layer.forward(x, rng), trained, 1e-4);
        const stage = { factor: tf.fill([20], 2) as tf.Tensor1D, offset: tf.fill([20], -1) as tf.Tensor1D, relu: true };
        close(layer.forward(x, rng, stage), tf.relu(tf.sub(tf.mul(trained, 2), 1)), 1e-4);
        for (const one of [layer, array]) one.dispose();
      });
    },
  );

  test.each([dense, conv])('has the gradients of the array ($kind)', (shape) => {
    tf.tidy(() => {
      const chosen = config({});
      const inputs = shape.kind === 'dense' ? [6, 100] : [2, 5, 5, 7];
      const kernelShape = shape.kind === 'dense' ? [100, 20] : [3, 3, 7, 12];
      const [x, w] = [randomNormal(inputs, rng.child('x')), randomNormal(kernelShape, rng.child('w'))];
      const layer = new AnalogLayer('d', shape, chosen);
      const run = (a: tf.Tensor, b: tf.Tensor) => layer.hwaForward(a, b, null, { inputRange: range, rng });
      const dy = randomNormal(run(x, w).shape, rng.child('dy'));
      const [dx, dKernel] = tf.grads(run as never)([x, w], dy);
      expect(dx!.shape).toEqual(inputs);
      expect(dKernel!.shape).toEqual(kernelShape);
      if (shape.kind === 'dense') {
        const array = new TileArray({ inputs: 100, outputs: 20, config: chosen, bias: true, rng });
        array.setWeights(w as tf.Tensor2D);
        array.forward(x as tf.Tensor2D, { train: true, rng });
        const found = array.backward(dy as tf.Tensor2D, rng);
        close(dx!, found.dx, 1e-4);
        // Tiles have gradients of analog weights; logical ones are s times those, and range included.
        array.places.forEach(({ rowStart, rowEnd, colStart, colEnd }, i) => {
          const own = tf.slice(dKernel!, [rowStart, colStart], [rowEnd - rowStart, colEnd - colStart]);
          close(own, tf.mul(found.tiles[i]!.weights, array.tiles[i]!.mappingScales!), 1e-3);
        });
        array.dispose();
      }
      layer.dispose();
    });
  });

  test('steps that learn get gradients: outputs of tiles and of the sum, scales, bias', () => {
    const layer = new AnalogLayer('c', conv, config({}, { periphQuant: { nBits: 6, learnQuantParams: true } }));
    tf.tidy(() => {
      const [x, w] = [randomNormal([2, 5, 5, 7], rng.child('x')), randomNormal([3, 3, 7, 12], rng.child('w'))];
      const bias = randomNormal([12], rng.child('b'));
      const run = () => layer.hwaForward(x, w, bias, { inputRange: range, rng });
      run();
      const { quantisers } = layer.periphery!;
      expect(quantisers).toHaveLength(2 * 4 + 2);
      for (const quantiser of quantisers) quantiser.learn();
      const dy = randomNormal([2, 5, 5, 12], rng.child('dy'));
      const loss = () => tf.sum(tf.mul(run(), dy)) as tf.Scalar;
      const { grads } = tf.variableGrads(
        loss,
        quantisers.map(({ delta }) => delta!),
      );
      expect(Object.keys(grads)).toHaveLength(quantisers.length);
      for (const gradient of Object.values(grads)) expect(Math.abs(gradient.dataSync()[0]!)).toBeGreaterThan(0);
    });
    layer.dispose();
  });

  test('the gradient of a scale step is that of autograd where nothing else rounds', () => {
    const learning = { periphQuant: { nBits: 6, learnQuantParams: true, initLearningAfter: 1 } };
    const layer = new AnalogLayer('d', dense, { ...config({ isPerfect: true }, learning), actQuantConfig: null });
    tf.tidy(() => {
      const [x, w] = [randomNormal([6, 100], rng.child('x')), randomNormal([100, 20], rng.child('w'))];
      const dy = randomNormal([6, 20], rng.child('dy'));
      const loss = () => tf.sum(tf.mul(layer.hwaForward(x, w, null, { inputRange: range, rng }), dy)) as tf.Scalar;
      for (let batch = 0; batch < 2; batch++) loss();
      const { quantiser } = layer.periphery!.tiles[0]!.scale!;
      expect(quantiser.state).toBe('learn');
      const { grads } = tf.variableGrads(loss, [quantiser.delta!]);
      // The first tile alone, by hand: 34 of 100 rows, 7 of 20 columns.
      const own = tf.slice(w as tf.Tensor2D, [0, 0], [34, 7]);
      const scale = tf.max(tf.abs(own), 0, true);
      const input = tf.div(tf.clipByValue(tf.slice(x as tf.Tensor2D, [0, 0], [6, 34]), -range, range), range);
      const raw = tf.matMul(input as tf.Tensor2D, tf.div(own, scale) as tf.Tensor2D);
      const g = tf.sum(tf.mul(raw, tf.slice(dy as tf.Tensor2D, [0, 0], [6, 7])), 0, true);
      const alone = () => tf.sum(tf.mul(quantiser.apply(tf.mul(scale, range), { train: false }), g)) as tf.Scalar;
      const expected = tf.variableGrads(alone, [quantiser.delta!]).grads;
      const [found, by] = [grads, expected].map((all) => all[quantiser.delta!.name]!.dataSync()[0]!);
      expect(Math.abs(by!)).toBeGreaterThan(0.1);
      expect(Math.abs(found! / by! - 1)).toBeLessThan(1e-3);
    });
    layer.dispose();
  });

  test('keeps ranges, hands them on, and gives back all its memory', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const [x, w] = [randomNormal([6, 100], rng.child('x')), randomNormal([100, 20], rng.child('w'))];
      const first = new AnalogLayer('d', dense, config({}));
      first.hwaForward(x, w, null, { inputRange: range, rng });
      const second = new AnalogLayer('d', dense, config({}));
      second.program(w, null, range, rng);
      expect(() => second.forward(x, rng)).toThrow('calibrateQuantizationRanges');
      second.periphery!.restore(first.periphery!.values());
      const y = second.forward(x, rng);
      const third = new AnalogLayer('d', dense, config({}));
      third.takePeriphery(second);
      expect(second.periphery).toBeUndefined();
      third.program(w, null, range, rng);
      close(third.forward(x, rng), y, 1e-6);
      for (const layer of [first, second, third]) layer.dispose();
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});
