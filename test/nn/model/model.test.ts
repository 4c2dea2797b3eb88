import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveCrossbar } from '../../../src/crossbar/index.js';
import { GraphBuilder, Model, type NetworkGraph, resnetTiny, type Wire } from '../../../src/nn/index.js';
import {
  createRng,
  randomNormal,
  SgdMomentum,
  softmaxCrossEntropy,
  tf,
  useBackend,
} from '../../../src/tensor/index.js';
import { nativeAvailable } from '../../tensor/support.js';
import { everything } from './everything.js';
import { slope } from './slope.js';

const rng = createRng(7);

function loss(model: Model, x: tf.Tensor, labels: tf.Tensor, step = 0): tf.Scalar {
  return softmaxCrossEntropy(model.forward(x, { training: true, rng: rng.child(`step/${step}`) }), labels);
}

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

describe('Model', () => {
  const model = Model.create(everything(), rng.child('init'));
  const x = randomNormal([4, 6, 6, 2], rng.child('x')) as tf.Tensor4D;
  const labels = tf.tensor1d([0, 1, 2, 1], 'int32');
  afterAll(() => {
    model.dispose();
    tf.dispose([x, labels]);
  });

  it('gives each weight the gradient that finite differences give', () => {
    const names = new Map([...model.weights].map(([name, variable]) => [variable.id, name]));
    const variables = model.trainable();
    const { value, grads } = tf.variableGrads(() => loss(model, x, labels), variables);
    value.dispose();
    const misses: string[] = [];
    for (const variable of variables) {
      const gradient = grads[variable.name]!;
      const direction = randomNormal(variable.shape, rng.child(`direction/${names.get(variable.id)}`));
      const expected = tf.tidy(() => tf.sum(tf.mul(gradient, direction)).dataSync()[0]!);
      const measured = slope(variable, direction, () => tf.tidy(() => loss(model, x, labels).dataSync()[0]!));
      if (!(Math.abs(measured - expected) < 2e-3 + 0.02 * Math.abs(expected))) {
        misses.push(`${names.get(variable.id)}: ${expected} against ${measured}`);
      }
      direction.dispose();
      gradient.dispose();
    }
    expect(variables.length).toBe(12);
    expect(misses).toEqual([]);
  });

  it('frees everything it makes', () => {
    const before = tf.memory().numTensors;
    const again = Model.create(everything(), rng.child('init'));
    for (const step of [1, 2]) {
      const { value, grads } = tf.variableGrads(() => loss(again, x, labels, step), again.trainable());
      tf.dispose([value, ...Object.values(grads)]);
      const settled = tf.memory().numTensors;
      again.predict(x).dispose();
      again.forward(x, { training: true, rng: rng.child('eval') }).dispose();
      again.calibrateInputRanges([x]);
      again.exportWeights();
      expect(tf.memory().numTensors).toBeLessThanOrEqual(settled);
    }
    again.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('ends in probabilities when predicting, in logits when training', () => {
    tf.tidy(() => {
      const probabilities = model.predict(x);
      const logits = model.forward(x);
      expect([...tf.sum(probabilities, 1).dataSync()].every((sum) => Math.abs(sum - 1) < 1e-5)).toBe(true);
      expect(tf.max(tf.abs(tf.sub(tf.softmax(logits), probabilities))).dataSync()[0]).toBeLessThan(1e-6);
    });
  });

  it('survives export and import', () => {
    const copy = Model.fromWeights(model.graph, model.exportWeights());
    tf.tidy(() => {
      expect([...copy.predict(x).dataSync()]).toEqual([...model.predict(x).dataSync()]);
    });
    copy.dispose();
  });

  it('starts from the same weights with the same seed only', () => {
    const [same, other] = [rng.child('init'), rng.child('other')].map((stream) => Model.create(everything(), stream));
    const kernel = (one: Model) => [...one.exportWeights()['depthwise/kernel']!.data];
    const fresh = Model.create(everything(), rng.child('init'));
    expect(kernel(same!)).toEqual(kernel(fresh));
    expect(kernel(other!)).not.toEqual(kernel(fresh));
    for (const one of [same!, other!, fresh]) one.dispose();
  });

  it('refuses weights that do not fit', () => {
    const weights = model.exportWeights();
    const { 'gate/bias': _, ...incomplete } = weights;
    const reshaped = { ...weights, 'gate/kernel': { shape: [6, 5], data: new Float32Array(30) } };
    const extra = { ...weights, 'gate/scale': { shape: [1], data: new Float32Array(1) } };
    expect(() => Model.fromWeights(model.graph, incomplete)).toThrow('lack "gate/bias"');
    expect(() => Model.fromWeights(model.graph, reshaped)).toThrow(/"gate\/kernel".*found: +6x5.*accepted: 6x6/s);
    expect(() => Model.fromWeights(model.graph, extra)).toThrow('has no weight "gate/scale"');
  });

  it('asks for what mode hwa needs', () => {
    expect(() => model.forward(x, { mode: 'hwa' })).toThrow(/enableHwa must come before/);
  });
});

describe('batch normalisation', () => {
  it('moves its averages towards the statistics of each batch', () => {
    const builder = new GraphBuilder('bn', [2]);
    const model = Model.create(builder.build(builder.input.batchNorm({ momentum: 0.75 })), rng);
    const x = tf.tensor2d([
      [1, 10],
      [3, 10],
    ]);
    for (const _ of [1, 2]) model.forward(x, { training: true }).dispose();
    const mean = [...model.weights.get('batchNorm1/movingMean')!.dataSync()];
    const variance = [...model.weights.get('batchNorm1/movingVariance')!.dataSync()];
    expect(mean).toEqual([2 * (1 - 0.75 ** 2), 10 * (1 - 0.75 ** 2)]);
    expect(variance).toEqual([1, 0.75 ** 2]);
    model.dispose();
    x.dispose();
  });

  it('leaves out a bias in front of it while that is zero, and keeps one that is not', () => {
    const builder = new GraphBuilder('bias', [4]);
    const graph = builder.build(builder.input.dense(3, { id: 'dense' }).batchNorm({ id: 'bn' }));
    const fresh = Model.create(graph, rng);
    const weights = fresh.exportWeights();
    const biased = Model.fromWeights(graph, {
      ...weights,
      'dense/bias': { shape: [3], data: Float32Array.of(1, 2, 3) },
    });
    expect(fresh.trainable().length).toBe(3);
    expect(biased.trainable().length).toBe(4);
    tf.tidy(() => {
      const zero = biased.predict(tf.zeros([1, 4])).dataSync();
      for (const channel of [0, 1, 2]) expect(zero[channel]).toBeCloseTo((channel + 1) / Math.sqrt(1 + 1e-5), 5);
    });
    fresh.dispose();
    biased.dispose();
  });
});

describe('a bias in front of a batch norm', () => {
  const crossbar = resolveCrossbar('ideal');
  const builder = new GraphBuilder('bias', [2, 2, 3]);
  const stem = builder.input.conv2d({ id: 'conv', filters: 2, kernel: 1 }).batchNorm().relu();
  const graph = builder.build(stem.globalAvgPool().dense(2, { id: 'dense' }).batchNorm());

  it('counts in every mode once it is assigned a value', () => {
    const model = Model.create(graph, rng);
    model.enableHwa(crossbar, {});
    const x = randomNormal([3, 2, 2, 3], rng.child('bias'));
    const results = () => {
      const analog = model.toAnalog(crossbar);
      analog.program(rng.child('program'));
      const tensors = [model.predict(x), model.forward(x, { mode: 'hwa', rng }), analog.predict(x, rng)];
      const values = tensors.map((tensor) => [...tensor.dataSync()]);
      tf.dispose(tensors);
      analog.dispose();
      return values;
    };
    const before = results();
    for (const name of ['conv/bias', 'dense/bias']) {
      tf.tidy(() => model.weights.get(name)!.assign(tf.tensor1d([1, 2])));
    }
    const after = results();
    const loaded = Model.fromWeights(graph, model.exportWeights());
    const expected = tf.tidy(() => [...loaded.predict(x).dataSync()]);
    for (const [i, value] of expected.entries()) {
      for (const mode of after) expect(mode[i]).toBeCloseTo(value, 4);
      expect(Math.abs(value - before[0]![i]!)).toBeGreaterThan(0.5);
    }
    expect(model.trainable().length).toBe(loaded.trainable().length);
    loaded.dispose();
    model.dispose();
    x.dispose();
  });

  it('stays out of training where it is assigned zeros', () => {
    const model = Model.create(graph, rng);
    const before = model.trainable().length;
    tf.tidy(() => model.weights.get('conv/bias')!.assign(tf.zeros([2])));
    expect(model.trainable().length).toBe(before);
    model.dispose();
  });

  it('is trained where it belongs to a recurrent layer, which the batch norm does not undo', () => {
    const builder = new GraphBuilder('recurrent', [4, 3]);
    const memory = builder.append({ op: 'lstm', id: 'lstm', units: 2 }, [builder.input]);
    const model = Model.create(builder.build(memory.batchNorm()), rng);
    expect(model.trainable()).toContain(model.weights.get('lstm/bias'));
    model.dispose();
  });

  it('is trained where the result of its layer is the result of the network', () => {
    const builder = new GraphBuilder('aside', [3]);
    const output = builder.input.dense(2, { id: 'dense' });
    output.batchNorm();
    const model = Model.create(builder.build(output), rng);
    expect(model.trainable()).toContain(model.weights.get('dense/bias'));
    model.dispose();
  });
});

describe('a constant in a concatenation', () => {
  const builder = new GraphBuilder('positions', [2, 3]);
  const constant = builder.append({ op: 'constant', id: 'marks', shape: [2, 1] }, []);
  const joined = constant.dense(2, { id: 'embed' }).concat([builder.input, constant]);
  const graph = builder.build(joined.dense(2, { id: 'dense' }));
  const crossbar = resolveCrossbar('ideal');

  it.each([1, 4])('is the same for each of %d samples, in every mode', (batch) => {
    const weights = { 'marks/value': { shape: [2, 1], data: Float32Array.of(3, -1) } };
    const fresh = Model.create(graph, rng);
    const model = Model.fromWeights(graph, { ...fresh.exportWeights(), ...weights });
    model.enableHwa(crossbar, {});
    const analog = model.toAnalog(crossbar);
    analog.program(rng.child('program'));
    tf.tidy(() => {
      const x = randomNormal([batch, 2, 3], rng.child('samples'));
      const [marks, embed, kernel] = ['marks/value', 'embed/kernel', 'dense/kernel'].map((n) => model.weights.get(n)!);
      const every = (value: tf.Tensor) => tf.tile(tf.expandDims(value, 0), [batch, 1, 1]);
      const embedded = every(tf.matMul(marks as tf.Tensor2D, embed as tf.Tensor2D));
      const rows = tf.reshape(tf.concat([embedded, x, every(marks!)], 2), [-1, 6]);
      const expected = tf.matMul(rows, kernel as tf.Tensor2D).dataSync();
      const results = [model.predict(x), model.forward(x, { mode: 'hwa', rng }), analog.predict(x, rng)];
      for (const result of results) {
        expect(result.shape).toEqual([batch, 2, 2]);
        for (const [i, value] of result.dataSync().entries()) expect(value).toBeCloseTo(expected[i]!, 4);
      }
      const gradient = tf.variableGrads(() => tf.sum(model.forward(x)), [embed as tf.Variable]).grads;
      const [down, across] = [tf.sum(marks!), tf.sum(tf.slice(kernel!, [0, 0], [2, 2]), 1)];
      const byHand = tf.mul(tf.mul(down, across), batch).dataSync();
      for (const [i, value] of Object.values(gradient)[0]!.dataSync().entries()) {
        expect(value).toBeCloseTo(byHand[i]!, 4);
      }
    });
    for (const one of [fresh, model, analog]) one.dispose();
  });
});

describe('a ReLU behind a sum', () => {
  const backends = ['cpu', ...(nativeAvailable ? (['native'] as const) : [])] as const;
  const [tanh, sigmoid] = [tf.tanh, tf.sigmoid] as ((x: tf.Tensor) => tf.Tensor)[];
  const cases: Record<string, [(image: Wire) => Wire[], (x: tf.Tensor) => tf.Tensor]> = {
    'of two images': [(image) => [image.activation('tanh')], (x) => tf.add(x, tanh!(x))],
    'of three images': [
      (image) => [image.activation('tanh'), image.activation('sigmoid')],
      (x) => tf.add(tf.add(x, tanh!(x)), sigmoid!(x)),
    ],
    'of an image and a vector': [(image) => [image.globalAvgPool()], (x) => tf.add(x, tf.mean(x, [1, 2], true))],
  };

  it.each(Object.entries(cases))('is the ReLU %s', async (_, [others, sum]) => {
    const builder = new GraphBuilder('sum', [2, 3, 4]);
    const graph = builder.build(builder.input.add(others(builder.input)).relu());
    for (const backend of backends) {
      await useBackend({ backend });
      const model = Model.create(graph, rng);
      const x = randomNormal([5, 2, 3, 4], rng.child('sum'));
      const [values, expected] = tf.tidy(() => [model.predict(x).dataSync(), tf.relu(sum(x)).dataSync()]);
      expect(values).toEqual(expected);
      model.dispose();
      x.dispose();
    }
    await useBackend({ backend: 'cpu' });
  });
});

describe('training', () => {
  it('overfits a small batch', () => {
    const model = Model.create(resnetTiny({ inputShape: [6, 6, 3], filters: 4 }), rng.child('small'));
    const x = randomNormal([6, 6, 6, 3], rng.child('images'));
    const labels = tf.tensor1d([0, 1, 2, 3, 4, 5], 'int32');
    const optimizer = new SgdMomentum({ momentum: 0.9 });
    const variables = model.trainable();
    let last = Infinity;
    for (let step = 0; step < 30; step++) {
      const { value, grads } = tf.variableGrads(() => loss(model, x, labels), variables);
      last = value.dataSync()[0]!;
      const ordered = variables.map(({ name }) => grads[name]!);
      optimizer.step(variables, ordered, { learningRate: 0.05, weightDecay: 0 });
      tf.dispose([value, ...ordered]);
    }
    expect(last).toBeLessThan(0.05);
    optimizer.dispose();
    model.dispose();
    tf.dispose([x, labels]);
  });
});

describe('attention', () => {
  function attentive(causal: boolean): NetworkGraph {
    const builder = new GraphBuilder('attentive', [4, 6]);
    const fields = { op: 'attention', id: 'attention', heads: 2, keySize: 3, causal } as const;
    const seen = builder.append(fields, [builder.input]).add(builder.input);
    return builder.build(builder.append({ op: 'layerNorm', id: 'norm' }, [seen]).dense(2, { id: 'dense' }));
  }

  it('has the gradient that finite differences give', () => {
    const model = Model.create(attentive(true), rng.child('attention'));
    const x = randomNormal([3, 4, 6], rng.child('sequence'));
    const pull = randomNormal([3, 4, 2], rng.child('pull'));
    const objective = () => tf.sum(tf.mul(model.forward(x, { training: true }), pull)) as tf.Scalar;
    const { value, grads } = tf.variableGrads(objective, model.trainable());
    value.dispose();
    for (const variable of model.trainable()) {
      const gradient = grads[variable.name]!;
      const direction = randomNormal(variable.shape, rng.child(variable.name));
      const expected = tf.tidy(() => tf.sum(tf.mul(gradient, direction)).dataSync()[0]!);
      const measured = slope(variable, direction, () => tf.tidy(() => objective().dataSync()[0]!));
      expect(Math.abs(measured - expected)).toBeLessThan(5e-3 + 0.01 * Math.abs(expected));
      tf.dispose([direction, gradient]);
    }
    model.dispose();
    tf.dispose([x, pull]);
  });

  it('does not see the future when causal', () => {
    const model = Model.create(attentive(true), rng.child('attention'));
    const open = Model.fromWeights(attentive(false), model.exportWeights());
    tf.tidy(() => {
      const x = randomNormal([1, 4, 6], rng.child('x'));
      const changed = tf.concat([tf.slice(x, [0, 0, 0], [1, 3, 6]), tf.ones([1, 1, 6])], 1);
      const [first, second, third, fourth] = [model, open].flatMap((one) =>
        [x, changed].map((input) => [...tf.slice(one.predict(input), [0, 0, 0], [1, 3, 2]).dataSync()]),
      );
      expect(second).toEqual(first);
      expect(fourth).not.toEqual(third);
    });
    model.dispose();
    open.dispose();
  });
});

describe('recurrent layers', () => {
  it.each(['lstm', 'gru'] as const)('%s has the gradient that finite differences give', (op) => {
    const builder = new GraphBuilder(op, [4, 3]);
    const sequence = builder.append({ op, id: 'first', units: 4, returnSequences: true, reverse: true }, [
      builder.input,
    ]);
    const last = builder.append({ op, id: 'second', units: 3 }, [sequence]);
    const model = Model.create(builder.build(last), rng.child(op));
    const x = randomNormal([3, 4, 3], rng.child('sequence'));
    const labels = tf.tensor1d([0, 1, 2], 'int32');
    const variables = model.trainable();
    const { value, grads } = tf.variableGrads(() => loss(model, x, labels), variables);
    value.dispose();
    for (const variable of variables) {
      const gradient = grads[variable.name]!;
      const direction = randomNormal(variable.shape, rng.child(variable.name));
      const expected = tf.tidy(() => tf.sum(tf.mul(gradient, direction)).dataSync()[0]!);
      const measured = slope(variable, direction, () => tf.tidy(() => loss(model, x, labels).dataSync()[0]!));
      expect(Math.abs(measured - expected)).toBeLessThan(1e-3 + 0.01 * Math.abs(expected));
      tf.dispose([direction, gradient]);
    }
    model.dispose();
    tf.dispose([x, labels]);
  });

  it('reads a sequence backwards when asked', () => {
    const build = (reverse: boolean) => {
      const builder = new GraphBuilder('net', [3, 2]);
      const fields = { op: 'gru', id: 'gru', units: 2, returnSequences: true, reverse } as const;
      return builder.build(builder.append(fields, [builder.input]));
    };
    const forwards = Model.create(build(false), rng.child('gru'));
    const backwards = Model.fromWeights(build(true), forwards.exportWeights());
    tf.tidy(() => {
      const x = randomNormal([2, 3, 2], rng.child('x'));
      const expected = tf.reverse(forwards.predict(tf.reverse(x, 1)), 1);
      expect([...backwards.predict(x).dataSync()]).toEqual([...expected.dataSync()]);
    });
    forwards.dispose();
    backwards.dispose();
  });
});
