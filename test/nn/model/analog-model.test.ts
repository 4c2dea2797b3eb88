import { beforeAll, describe, expect, it } from 'vitest';
import { resolveCrossbar } from '../../../src/crossbar/index.js';
import { GraphBuilder, Model, type NetworkGraph } from '../../../src/nn/index.js';
import { createRng, randomNormal, softmaxCrossEntropy, tf, useBackend } from '../../../src/tensor/index.js';

const rng = createRng(11);
const ideal = resolveCrossbar('ideal');
const pcm = resolveCrossbar('pcm-8bit-256');

/** All kinds of weight matrices: convolutions, depthwise, grouped, shortcut and classifier. */
function network(): NetworkGraph {
  const builder = new GraphBuilder('analog', [6, 6, 3]);
  const stem = builder.input.conv2d({ id: 'stem', filters: 8, kernel: 3 }).batchNorm().relu();
  const half = stem
    .depthwiseConv2d({ id: 'depthwise', kernel: 3, strides: 2 })
    .conv2d({ id: 'grouped', filters: 6, kernel: 3, groups: 2 })
    .batchNorm();
  const skip = stem.conv2d({ id: 'skip', filters: 6, kernel: 1, strides: 2, bias: false });
  return builder.build(half.add(skip).relu().globalAvgPool().dense(4, { id: 'classifier' }));
}

function recurrent(): NetworkGraph {
  const builder = new GraphBuilder('recurrent', [5, 3]);
  const states = builder.append({ op: 'lstm', id: 'lstm', units: 4, returnSequences: true }, [builder.input]);
  const seen = builder.append({ op: 'attention', id: 'attention', heads: 2, keySize: 2 }, [states]).add(states);
  const last = builder.append({ op: 'gru', id: 'gru', units: 4 }, [seen.dense(4, { id: 'between' })]);
  return builder.build(last.dense(2, { id: 'classifier' }));
}

function worst(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);
}

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

describe.each([
  ['a convolutional network', network(), [5, 6, 6, 3]],
  ['a network of sequences', recurrent(), [5, 5, 3]],
])('%s', (_, graph, inputShape) => {
  it('is the digital model on ideal crossbars, in training and in inference', () => {
    const model = Model.create(graph, rng.child(graph.name));
    tf.tidy(() => {
      const x = randomNormal(inputShape, rng.child('x'));
      const digital = model.predict(x);
      model.enableHwa(ideal, {});
      expect(worst(model.forward(x, { mode: 'hwa', rng }), digital)).toBeLessThan(1e-4);
      const analog = model.toAnalog(ideal);
      analog.program(rng.child('program'));
      expect(worst(analog.predict(x, rng.child('read')), digital)).toBeLessThan(1e-4);
      analog.dispose();
    });
    model.dispose();
  });

  it('is near the digital model on 8-bit PCM crossbars, and further away a day later', () => {
    const model = Model.create(graph, rng.child(graph.name));
    const x = randomNormal(inputShape, rng.child('x'));
    const analog = model.toAnalog(pcm, model.calibrateInputRanges([x], { method: 'max' }));
    tf.tidy(() => {
      const digital = model.predict(x);
      const spread = Math.sqrt(tf.moments(digital).variance.dataSync()[0]!);
      const errorAt = (seconds: number) => {
        const errors = [0, 1, 2, 3, 4, 5].map((repeat) => {
          analog.program(rng.child(`program/${repeat}`));
          analog.drift(seconds, rng.child('drift'));
          return tf.losses.meanSquaredError(digital, analog.predict(x, rng.child('read'))).dataSync()[0]!;
        });
        return Math.sqrt(errors.reduce((sum, error) => sum + error / errors.length, 0)) / spread;
      };
      const [early, late] = [errorAt(0), errorAt(1e8)];
      expect(early).toBeGreaterThan(0.01);
      // Below 1 the result says more of the digital one than its mean does.
      expect(early).toBeLessThan(1);
      expect(late).toBeGreaterThan(early);
    });
    analog.dispose();
    model.dispose();
    x.dispose();
  });

  it('gives the same numbers for the same streams, whatever came between', () => {
    const model = Model.create(graph, rng.child(graph.name));
    const x = randomNormal(inputShape, rng.child('x'));
    const [first, second] = [model.toAnalog(pcm), model.toAnalog(pcm)];
    tf.tidy(() => {
      first.program(rng.child('program'));
      first.predict(x, rng.child('other'));
      first.drift(3600, rng.child('drift'));
      second.program(rng.child('program'));
      second.drift(3600, rng.child('drift'));
      const [a, b] = [first, second].map((analog) => [...analog.predict(x, rng.child('read')).dataSync()]);
      expect(a).toEqual(b);
      expect([...second.predict(x, rng.child('read again')).dataSync()]).not.toEqual(b);
    });
    first.dispose();
    second.dispose();
    model.dispose();
    x.dispose();
  });

  it('trains through the noise: the gradient on ideal crossbars is the digital one', () => {
    const model = Model.create(graph, rng.child(graph.name));
    model.enableHwa(ideal, {});
    const x = randomNormal(inputShape, rng.child('x'));
    const labels = tf.tensor1d([0, 1, 0, 1, 1], 'int32');
    const gradients = (['digital', 'hwa'] as const).map((mode) => {
      const pass = () => softmaxCrossEntropy(model.forward(x, { mode, training: true, rng }), labels);
      const { value, grads } = tf.variableGrads(pass, model.trainable());
      value.dispose();
      return model.trainable().map(({ name }) => grads[name]!);
    });
    for (const [i, digital] of gradients[0]!.entries()) expect(worst(gradients[1]![i]!, digital)).toBeLessThan(1e-4);
    tf.dispose([gradients, x, labels]);
    model.dispose();
  });

  it('frees everything it makes', () => {
    const before = tf.memory().numTensors;
    const model = Model.create(graph, rng.child(graph.name));
    const x = randomNormal(inputShape, rng.child('x'));
    const labels = tf.tensor1d([0, 1, 0, 1, 1], 'int32');
    model.enableHwa(pcm, model.calibrateInputRanges([x]));
    const pass = () => softmaxCrossEntropy(model.forward(x, { mode: 'hwa', training: true, rng }), labels);
    const { value, grads } = tf.variableGrads(pass, model.trainable());
    tf.dispose([value, grads, labels]);
    const analog = model.toAnalog(pcm);
    analog.program(rng.child('program'));
    analog.drift(60, rng.child('drift'));
    analog.predict(x, rng.child('read')).dispose();
    analog.dispose();
    model.dispose();
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('refuses batches of another shape, ranges that are none, and matrices of another form', () => {
  const model = Model.create(network(), rng.child('doors'));
  const analog = model.toAnalog(pcm);
  analog.program(rng.child('program'));
  model.enableHwa(pcm, {});
  for (const wrong of [
    [2, 3, 6, 6],
    [2, 6, 6, 4],
    [6, 6, 3],
    [1, 12, 12, 3],
  ]) {
    const x = tf.ones(wrong);
    const message = `network analog: expected a batch of 6x6x3, got shape [${wrong}]`;
    expect(() => model.predict(x)).toThrow(message);
    expect(() => model.forward(x, { mode: 'hwa', training: true, rng })).toThrow(message);
    expect(() => analog.predict(x, rng)).toThrow(message);
  }
  for (const range of [0, Number.NaN, Number.POSITIVE_INFINITY, [1, 0]]) {
    expect(() => model.toAnalog(pcm, { stem: range })).toThrow('input range of stem: expected a number other than 0');
  }
  expect(() => model.toAnalog('pcm-8bit-256' as never)).toThrow('expected a crossbar as resolveCrossbar gives it');
  // PyTorch's order [out, in].
  expect(() => model.setCrossbarMatrix('classifier', tf.ones([4, 6]))).toThrow('[inputs, outputs] = [6,4], got [4,6]');
});

describe('calibrateInputRanges', () => {
  it('finds maximum, quantile and standard deviation of what each matrix sees', () => {
    const builder = new GraphBuilder('ranges', [1000]);
    const graph = builder.build(builder.input.dense(2, { id: 'first' }).dense(2, { id: 'second' }));
    const model = Model.create(graph, rng);
    const x = tf.tensor2d(
      Float32Array.from({ length: 1000 }, (_, i) => i - 500),
      [1, 1000],
    );
    expect(model.calibrateInputRanges([x], { method: 'max' }).first).toBe(500);
    expect(model.calibrateInputRanges([x], { quantile: 0.9 }).first).toBe(450);
    expect(model.calibrateInputRanges([x], { method: 'std', stdAlpha: 2 }).first).toBeCloseTo(2 * 288.675, 2);
    const zeros = tf.zeros([1, 1000]);
    expect(model.calibrateInputRanges([zeros])).toEqual({ first: 1, second: 1 });
    tf.dispose([x, zeros]);
    model.dispose();
  });

  it('gives every channel its share of the samples, however large the batch', () => {
    const builder = new GraphBuilder('channels', [32, 32, 8]);
    const graph = builder.build(builder.input.conv2d({ id: 'conv', filters: 1, kernel: 1 }));
    const model = Model.create(graph, rng);
    // 32 images, four times as many values as are sampled; an eighth of them, one channel, is not 0.
    const channel = (at: number) =>
      tf.tidy(() => tf.mul(tf.ones([32, 32, 32, 8]), tf.oneHot(tf.tensor1d([at], 'int32'), 8)));
    for (let at = 0; at < 8; at++) {
      const x = channel(at);
      expect(model.calibrateInputRanges([x], { quantile: 0.9 }).conv).toBe(1);
      x.dispose();
    }
    model.dispose();
  });
});
