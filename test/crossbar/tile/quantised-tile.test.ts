import { beforeAll, expect, test } from 'vitest';
import { resolveCrossbar } from '../../../src/crossbar/index.js';
import { TileArray } from '../../../src/crossbar/tile/tile-array.js';
import { createRng, randomNormal, tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

const rng = createRng(4, 'quantised-tile');
const quantised = (change: Record<string, unknown> = {}) =>
  resolveCrossbar({
    class: 'QuantizedTorchInferenceRPUConfig',
    forward: { isPerfect: true },
    mapping: { weightScalingOmega: 1, weightScalingColumnwise: true },
    driftCompensation: null,
    ...change,
  });

const array = (inputs: number, outputs: number, change: Record<string, unknown>, bias = true) =>
  new TileArray({ inputs, outputs, config: quantised(change), bias, rng });

const distinct = (t: tf.Tensor) => new Set(t.dataSync()).size;

// AIHWKit's own test of its quantised tile asks the same.
test.each([
  [4, true, 3],
  [4, false, 3],
  [8, true, 700],
  [8, false, 700],
])(
  '%s bits, symmetric %s: outputs of tiles of %s inputs take no more values than there are codes',
  (nBits, symmetric, inputs) => {
    const own = array(inputs, 600, { actQuantConfig: { nBits, symmetric, rangeEstimator: 'allminmax' } });
    const [w, x] = [randomNormal([inputs, 600], rng.child('w')), randomNormal([2, inputs], rng.child('x'))];
    own.setWeights(w as tf.Tensor2D, tf.ones([600]));
    const y = own.forward(x as tf.Tensor2D, { train: true, rng });
    expect(distinct(y)).toBeLessThanOrEqual(2 ** nBits);
    expect(distinct(y)).toBeGreaterThan(2 ** (nBits - 1) / 2);
    tf.dispose([w, x, y]);
    own.dispose();
  },
);

test('scales and bias are rounded to their own ranges, worked by hand', () => {
  tf.tidy(() => {
    const own = array(1, 3, { prePost: { periphQuant: { nBits: 3 } } });
    // Scales 7, 3.4, 0.9: all positive, so 3 bits give 0 to 7 in steps of 1. Bias -0.6 .. 0.31: -4 to 3 in steps of 0.2.
    own.setWeights(tf.tensor2d([[7, 3.4, 0.9]]), tf.tensor1d([-0.6, 0.31, 0.05]));
    const y = own.forward(tf.tensor2d([[1]]), { train: false, rng }).dataSync();
    [7 - 0.6, 3 + 0.4, 1 + 0].forEach((value, i) => {
      expect(y[i]).toBeCloseTo(value, 5);
    });
    own.dispose();
  });
});

test('learned scales are merged with the others before rounding', () => {
  tf.tidy(() => {
    const own = array(1, 2, {
      mapping: { weightScalingOmega: 1, weightScalingColumnwise: true, learnOutScaling: true },
      prePost: { periphQuant: { nBits: 2 }, inputRange: { enable: true, initValue: 2, initFromData: 0 } },
    });
    own.setWeights(tf.tensor2d([[3, 1]]));
    own.tiles[0]!.setLearnedOutScales([0.9]);
    // Merged 2 * 3 * 0.9 = 5.4 and 1.8, steps of 1.8: exact. The input 1 is half of its range.
    const y = own.forward(tf.tensor2d([[1]]), { train: false, rng }).dataSync();
    expect(y[0]).toBeCloseTo(2.7, 5);
    expect(y[1]).toBeCloseTo(0.9, 5);
    own.dispose();
  });
});

test('steps of scales and biases are learned after the batches they were told', () => {
  const own = array(2, 2, { prePost: { periphQuant: { nBits: 4, learnQuantParams: true, initLearningAfter: 2 } } });
  tf.tidy(() => {
    own.setWeights(
      tf.tensor2d([
        [1, 0.37],
        [0.2, -0.1],
      ]),
      tf.tensor1d([0.3, -0.7]),
    );
    const x = tf.tensor2d([[1, 2]]);
    const dy = tf.tensor2d([[1, 10]]);
    for (let batch = 1; batch <= 3; batch++) {
      own.forward(x, { train: true, rng });
      const { tiles } = own.backward(dy, rng);
      expect(Object.keys(tiles[0]!.quantisers!)).toEqual(batch <= 2 ? [] : ['scale', 'bias']);
    }
  });
  own.dispose();
});

test('gradients are those of autograd through the same steps', () => {
  tf.tidy(() => {
    const own = array(
      3,
      2,
      {
        mapping: {
          weightScalingOmega: 1,
          weightScalingColumnwise: true,
          learnOutScaling: true,
          outScalingColumnwise: true,
        },
        prePost: {
          periphQuant: { nBits: 4, learnQuantParams: true, initLearningAfter: 1 },
          inputRange: { enable: true, initValue: 1.5, initFromData: 0, decay: 0 },
        },
        actQuantConfig: { nBits: 4, symmetric: false },
      },
      true,
    );
    const logical = randomNormal([3, 2], rng.child('logical')) as tf.Tensor2D;
    own.setWeights(logical, tf.tensor1d([0.4, -0.3]));
    const [tile] = own.tiles;
    tile!.setLearnedOutScales([1.1, 0.8]);
    const x = randomNormal([5, 3], rng.child('inputs')) as tf.Tensor2D;
    const dy = randomNormal([5, 2], rng.child('dy')) as tf.Tensor2D;
    for (let batch = 0; batch < 2; batch++) own.forward(x, { train: true, rng });
    const periphery = tile!.periphery!;
    periphery.output!.learn();
    own.forward(x, { train: true, rng });
    const found = own.backward(dy, rng).tiles[0]!;
    const r = tile!.inputRange!.value;
    const composed = (input: tf.Tensor, analog: tf.Tensor, learned: tf.Tensor, bias: tf.Tensor) => {
      const raw = tf.matMul(tf.div(tf.clipByValue(input, -r, r), r) as tf.Tensor2D, analog as tf.Tensor2D);
      const merged = tf.mul(tf.mul(tile!.mappingScales!, r), learned);
      const scaled = tf.mul(raw, periphery.scale!.quantiser.apply(merged, { train: false }));
      const sum = tf.add(scaled, periphery.bias!.quantiser.apply(bias, { train: false }));
      return periphery.output!.apply(sum, { train: false });
    };
    const all = tf.grads(composed as never)([x, tile!.weights, tile!.learnedOutScales!, tile!.bias!], dy);
    const same = (a: tf.Tensor, b: tf.Tensor) => {
      const difference = tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
      expect(difference).toBeLessThan(1e-4);
      expect(tf.max(tf.abs(b)).dataSync()[0]).toBeGreaterThan(0.01);
    };
    same(found.dx, all[0]!);
    same(found.weights, tf.div(all[1]!, tf.square(tile!.mappingScales!)));
    same(found.learnedOutScales!, all[2]!);
    same(found.bias!, all[3]!);
    const { variableGrads } = tf;
    const steps = [periphery.scale!.quantiser.delta!, periphery.bias!.quantiser.delta!, periphery.output!.delta!];
    const loss = () =>
      tf.sum(tf.mul(composed(x, tile!.weights, tile!.learnedOutScales!, tile!.bias!), dy)) as tf.Scalar;
    const { grads } = variableGrads(loss, steps);
    const byPart = [found.quantisers!.scale!, found.quantisers!.bias!, found.quantisers!.output!];
    byPart.forEach(({ delta }, i) => {
      same(delta, grads[steps[i]!.name]!);
    });
    own.dispose();
  });
});

test('calibration finds ranges in inference, on one batch more than it is told, and fixes them', () => {
  tf.tidy(() => {
    const own = array(600, 4, { actQuantConfig: { nBits: 8, rangeEstimator: 'allminmax' } });
    own.setWeights(randomNormal([600, 4], rng.child('many')) as tf.Tensor2D, tf.zeros([4]));
    expect(own.quantisers).toHaveLength(3);
    const x = randomNormal([4, 600], rng.child('batch')) as tf.Tensor2D;
    expect(() => own.forward(x, { train: false, rng })).toThrow('calibrateQuantizationRanges');
    let taken = 0;
    const batches = function* () {
      for (const factor of [1, 2, 100]) {
        taken++;
        yield tf.mul(x, factor) as tf.Tensor2D;
      }
    };
    own.calibrateQuantizationRanges(batches(), rng, 1);
    expect(taken).toBe(2);
    expect(own.quantisers.every(({ state }) => state === 'fix')).toBe(true);
    const largest = tf.max(tf.abs(own.forward(tf.mul(x, 100), { train: false, rng }))).dataSync()[0]!;
    const exact = tf.max(tf.abs(own.forward(tf.mul(x, 2), { train: false, rng }))).dataSync()[0]!;
    expect(largest).toBeLessThanOrEqual(exact * 1.01);
    own.dispose();
  });
});

test('gives back all its memory', () => {
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const own = array(600, 4, { actQuantConfig: { nBits: 8 }, prePost: { periphQuant: { nBits: 8 } } });
    const x = randomNormal([4, 600], rng.child('batch')) as tf.Tensor2D;
    own.setWeights(randomNormal([600, 4], rng.child('many')) as tf.Tensor2D, tf.ones([4]));
    for (let i = 0; i < 2; i++) own.forward(x, { train: true, rng });
    own.backward(tf.ones([4, 4]), rng);
    own.program(rng);
    own.drift(100, rng);
    own.forward(x, { train: false, rng });
    own.dispose();
  });
  expect(tf.memory().numTensors).toBe(before);
});
