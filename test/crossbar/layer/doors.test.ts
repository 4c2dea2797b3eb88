import { beforeAll, describe, expect, it } from 'vitest';
import { AnalogLayer, type LayerShape, resolveCrossbar } from '../../../src/crossbar/index.js';
import { createRng, tf, useBackend } from '../../../src/tensor/index.js';

const rng = createRng(2, 'doors');
const dense = { kind: 'dense', inSize: 4, outSize: 3 } satisfies LayerShape;
const conv = {
  ...{ kind: 'conv2d', kernel: [3, 3], inChannels: 2, outChannels: 3 },
  ...{ strides: [1, 1], padding: 'same', dilations: [1, 1] },
} satisfies LayerShape;
const context = { inputRange: 1, rng };

/** A programmed layer whose kernel is all ones. */
function programmed(shape: LayerShape = dense, crossbar: Parameters<typeof resolveCrossbar>[0] = 'pcm-8bit-256') {
  const layer = new AnalogLayer('layer', shape, resolveCrossbar(crossbar));
  layer.program(tf.ones(shape.kind === 'dense' ? [4, 3] : [3, 3, 2, 3]), null, 1, rng);
  return layer;
}

beforeAll(async () => {
  await useBackend();
});

describe('a layer refuses', () => {
  it.each([
    ['a size of zero', { ...dense, inSize: 0 }, 'expected a whole number >= 1 for inSize, got 0'],
    ['a size that is no number', { ...dense, outSize: Number.NaN }, 'outSize, got NaN'],
    ['a kernel without columns', { ...conv, kernel: [3, 0] }, 'kernelWidth, got 0'],
  ] as const)('%s', (_, shape, message) => {
    expect(() => new AnalogLayer('layer', shape, resolveCrossbar('ideal'))).toThrow(message);
  });

  it('kernels of another shape, also of the same size', () => {
    const layer = new AnalogLayer('fc', dense, resolveCrossbar('pcm-8bit-256'));
    for (const wrong of [[5, 3], [4, 5], [3, 4], [12]]) {
      const message = `layer fc: expected a kernel of shape [4,3], got [${wrong}]`;
      expect(() => layer.program(tf.ones(wrong), null, 1, rng)).toThrow(message);
      expect(() => layer.hwaForward(tf.ones([1, 4]), tf.ones(wrong), null, context)).toThrow(message);
    }
    // PyTorch's order [out, in, height, width].
    const image = new AnalogLayer('conv', conv, resolveCrossbar('pcm-8bit-256'));
    expect(() => image.program(tf.ones([3, 2, 3, 3]), null, 1, rng)).toThrow('shape [3,3,2,3], got [3,2,3,3]');
  });

  it.each(['pcm-8bit-256', 'StandardHWATrainingPreset', 'ideal'])(
    'inputs that it has no weights for, with %s',
    (preset) => {
      const message = 'expected an input of shape';
      const layer = programmed(conv, preset);
      for (const wrong of [
        [1, 2, 5, 5],
        [1, 5, 5, 4],
        [5, 5, 2],
      ]) {
        expect(() => layer.forward(tf.ones(wrong), rng)).toThrow(message);
        expect(() => layer.hwaForward(tf.ones(wrong), tf.ones([3, 3, 2, 3]), null, context)).toThrow(message);
      }
      expect(() => programmed(dense, preset).forward(tf.ones([2, 5]), rng)).toThrow(`${message} [..., 4], got [2,5]`);
    },
  );

  it('times that are none', () => {
    for (const seconds of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => programmed().drift(seconds, rng)).toThrow(`expected seconds >= 0, got ${seconds}`);
    }
  });

  it('what single tiles do and layers do not', () => {
    const layer = (crossbar: object) => new AnalogLayer('layer', dense, resolveCrossbar(crossbar));
    expect(() => layer({ modifier: { enableDuringTest: true } })).toThrow('modifier.enableDuringTest');
    expect(() => layer({ remap: { type: 'ChannelwiseSymmetric', maxScaleRange: 3 } })).toThrow('remap.maxScaleRange');
    const train = (crossbar: object) => layer(crossbar).hwaForward(tf.ones([1, 4]), tf.ones([4, 3]), null, context);
    expect(() => train({ modifier: { copyLastColumn: true } })).toThrow('modifier.copyLastColumn');
    expect(() => train({ mapping: { weightScalingLrCompensation: true } })).toThrow('weightScalingLrCompensation');
  });

  it('core differences that no core can have; those left out are none', () => {
    const layer = programmed();
    expect(() => layer.program(tf.ones([4, 3]), null, 1, rng, { adcNoise: -1 })).toThrow(
      'core differences at adcNoise',
    );
    layer.program(tf.ones([4, 3]), null, 1, rng, { adcNoise: 0.2 });
    expect([...layer.forward(tf.ones([1, 4]), rng).dataSync()].every(Number.isFinite)).toBe(true);
    const wan = programmed(dense, { noiseModel: { class: 'ReRamWan2022NoiseModel' } });
    expect(() => wan.program(tf.ones([4, 3]), null, 1, rng, { drift: 0.3 })).toThrow('no drift exponents');
  });

  it.each(['pcm-8bit-256', 'StandardHWATrainingPreset', 'ideal'])(
    'gradients through programmed devices, with %s',
    (preset) => {
      const layer = programmed(dense, preset);
      const x = tf.ones([1, 4]);
      expect(() => tf.grad((input) => tf.sum(layer.forward(input, rng)))(x)).toThrow(
        'programmed devices have no gradient',
      );
      // A result that is a constant to the gradient is no reason to refuse.
      const target = layer.forward(x, rng);
      const gradient = tf.grad((y) => tf.sum(tf.mul(y, layer.forward(x, rng))))(tf.ones([1, 3]));
      expect([...gradient.dataSync()]).toEqual([...target.dataSync()]);
    },
  );
});

it.each([null, tf.ones([3])])('a training pass outside of a tidy leaves its result alone (bias %s)', (bias) => {
  const layer = new AnalogLayer('layer', dense, resolveCrossbar('pcm-8bit-256'));
  const [x, kernel] = [tf.ones([2, 5, 4]), tf.ones([4, 3])];
  layer.hwaForward(x, kernel, bias, context).dispose();
  const before = tf.memory().numTensors;
  layer.hwaForward(x, kernel, bias, context).dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it('a programming that is refused leaves no scope behind', () => {
  const odd = { kind: 'dense', inSize: 8, outSize: 3 } as const;
  const layer = new AnalogLayer('layer', odd, resolveCrossbar('TorchInferenceRPUConfigIRDropT'));
  const before = tf.engine().state.scopeStack.length;
  expect(() => layer.program(tf.ones([8, 3]), null, 1, rng)).toThrow('even number of outputs');
  expect(tf.engine().state.scopeStack).toHaveLength(before);
});

describe.each(['native', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend({ backend });
  });

  it.each(['pcm-8bit-256', 'hermes-8bit-256', 'StandardHWATrainingPreset', 'TorchInferenceRPUConfig'])(
    'what is no number stays none, with %s',
    (preset) => {
      const layer = programmed(dense, preset);
      const x = tf.tensor2d([
        [Number.NaN, 1, 1, 1],
        [0.1, 0.2, 0.3, 0.4],
      ]);
      const { inputRange, kernel } = { inputRange: 1, kernel: tf.ones([4, 3]) };
      for (const y of [layer.forward(x, rng), layer.hwaForward(x, kernel, null, { inputRange, rng })]) {
        const [broken, whole] = y.arraySync() as number[][];
        expect(broken!.every(Number.isNaN)).toBe(true);
        expect(whole!.every(Number.isFinite)).toBe(true);
      }
      const lost = tf.concat([tf.fill([1, 3], Number.NaN), tf.ones([3, 3])], 0);
      const y = layer.hwaForward(tf.ones([1, 4]), lost, null, { inputRange, rng });
      expect([...y.dataSync()].every(Number.isNaN)).toBe(true);
    },
  );
});
