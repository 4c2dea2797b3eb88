import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { activationQuantSchema } from '../../../src/crossbar/config/quantisation.js';
import { minimiseBounded } from '../../../src/crossbar/quantiser/minimise.js';
import { activationQuantiser, weightQuantiser } from '../../../src/crossbar/quantiser/quantiser.js';
import { RangeEstimator } from '../../../src/crossbar/quantiser/range-estimator.js';
import { quantiseUniform, stepOfRange } from '../../../src/crossbar/quantiser/uniform-quantiser.js';
import { tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

interface Search {
  readonly oneSided: boolean;
  readonly symmetric: boolean;
  readonly kind: 'MSE' | 'cross_entropy';
  readonly range: number[];
  readonly loss: number;
}

const fixture = JSON.parse(readFileSync(new URL('./fixtures/ranges.json', import.meta.url), 'utf8'));

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits = 5): void {
  expect(actual).toHaveLength(expected.length);
  Array.from(actual).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, digits);
  });
}

function rounded(config: Parameters<typeof activationQuantiser>[0], x: number[]): number[] {
  const quantiser = activationQuantiser(config)!;
  const y = [...quantiser.apply(tf.tensor1d(x), { train: true }).dataSync()];
  quantiser.dispose();
  return y;
}

describe('rounding, worked by hand', () => {
  test('symmetric: 4 bits from -1 to 0.5 step by 1/7', () => {
    expectClose(
      rounded({ nBits: 4 }, [-1, -0.45, 0, 0.3, 0.5 - 1e-3]),
      [-7, -3, 0, 2, 3].map((code) => code / 7),
    );
  });

  test('symmetric without negative values: all 16 codes are for positive ones', () => {
    expectClose(
      rounded({ nBits: 4 }, [0, 0.5, 1.5]),
      [0, 5, 15].map((code) => code / 10),
    );
  });

  test('asymmetric: 2 bits from -1 to 2, step 1, zero point 1; ties to even', () => {
    expectClose(rounded({ nBits: 2, symmetric: false }, [-1, -0.5, 0.4, 0.6, 1.5, 2]), [-1, 0, 0, 1, 2, 2]);
  });

  test('the range always holds zero', () => {
    expectClose(rounded({ nBits: 2, symmetric: false }, [3, 6]), [4, 6]);
    expectClose(rounded({ nBits: 3 }, [-4, -1]), [-4, -4 / 3]);
  });

  test('per channel: every output of a weight matrix has its own step', () => {
    tf.tidy(() => {
      const weights = tf.tensor2d([
        [0.7, 70],
        [-0.34, -34],
      ]);
      const quantiser = weightQuantiser({ nBits: 4, perChannel: true })!;
      expectClose(quantiser.apply(weights, { train: true }).dataSync(), [0.7, 70, -0.3, -30], 4);
      quantiser.dispose();
    });
  });

  test('no bits, no quantiser', () => {
    expect(activationQuantiser({ nBits: 0 })).toBeNull();
    expect(weightQuantiser({})).toBeNull();
    expect(activationQuantiser(null)).toBeNull();
  });
});

describe('ranges', () => {
  const estimation = (estimator: 'current_minmax' | 'allminmax' | 'running_minmax') => ({
    estimator,
    params: activationQuantSchema.parse({}).rangeEstimatorParams,
    ...{ nBits: 8, symmetric: false, perChannel: false },
  });
  const afterTwo = (estimator: Parameters<typeof estimation>[0]) =>
    tf.tidy(() => {
      const estimate = new RangeEstimator(estimation(estimator));
      estimate.update(tf.tensor1d([-1, 4]));
      const { min, max } = estimate.update(tf.tensor1d([-3, 2]));
      const ends = [min.dataSync()[0]!, max.dataSync()[0]!];
      estimate.reset();
      return ends;
    }) as unknown as number[];

  test('of the last batch, of all, and running with momentum 0.9', () => {
    expectClose(afterTwo('current_minmax'), [-3, 2]);
    expectClose(afterTwo('allminmax'), [-3, 4]);
    expectClose(afterTwo('running_minmax'), [0.9 * -1 + 0.1 * -3, 0.9 * 4 + 0.1 * 2]);
  });

  test("percentiles are numpy's: of all values only below, of channels on both sides", () => {
    tf.tidy(() => {
      const x = tf.tensor2d(fixture.x);
      const params = { ...activationQuantSchema.parse({}).rangeEstimatorParams, percentile: 10 };
      const all = new RangeEstimator({ ...estimation('current_minmax'), params }).update(x);
      expectClose(
        [all.min.dataSync()[0]!, all.max.dataSync()[0]!],
        [fixture.percentile, Math.max(...fixture.x.flat())],
      );
      const each = new RangeEstimator({ ...estimation('current_minmax'), params, perChannel: true }).update(x);
      expectClose(each.min.dataSync(), fixture.perChannel[0]);
      expectClose(each.max.dataSync(), fixture.perChannel[1]);
      tf.dispose([all.min, all.max, each.min, each.max]);
    });
  });

  test('bounded minimisation takes the steps of scipy', () => {
    const functions = [(v: number) => (v - 2) * v * (v + 2) ** 2, Math.cos];
    const bounds = [[-3, -1] as const, [0.1, 6] as const];
    functions.forEach((f, i) => {
      let calls = 0;
      const counted = (v: number) => {
        calls++;
        return f(v);
      };
      expect(minimiseBounded(counted, bounds[i]!).x).toBeCloseTo(fixture.minima[i].x, 9);
      expect(calls).toBe(fixture.minima[i].calls);
    });
  });

  const cases = fixture.cases as Search[];
  const find = ({ oneSided, symmetric, kind }: Search) =>
    tf.tidy(() => {
      const x = oneSided ? tf.abs(tf.tensor2d(fixture.x)) : tf.tensor2d(fixture.x);
      const params = activationQuantSchema.parse({}).rangeEstimatorParams;
      const found = new RangeEstimator({ estimator: kind, params, nBits: 4, symmetric, perChannel: false }).update(x);
      const ends = [found.min.dataSync()[0]!, found.max.dataSync()[0]!];
      const step = stepOfRange(found, 4, symmetric);
      const y = quantiseUniform(x, step.delta, step.zero, { nBits: 4, symmetric, signed: step.signed });
      const loss =
        kind === 'MSE' ? tf.sum(tf.squaredDifference(x, y)) : tf.neg(tf.sum(tf.mul(tf.softmax(x), tf.logSoftmax(y))));
      tf.dispose([found.min, found.max]);
      return { ends, loss: loss.dataSync()[0]! } as never;
    }) as { ends: number[]; loss: number };

  test.each(cases)('search by golden sections: $kind, symmetric $symmetric, one-sided $oneSided', (search) => {
    const { ends, loss } = find(search);
    // With a free zero point the loss jumps where the zero point does; float32 then decides which dip the search falls into.
    const jumps = !search.symmetric && !search.oneSided;
    if (jumps) expect(loss).toBeLessThan(1.1 * search.loss);
    else expectClose(ends, search.range, 2);
  });

  test.each([true, false])('a grid search takes the candidate that errs least (symmetric %s)', (symmetric) => {
    tf.tidy(() => {
      const x = tf.tensor1d(symmetric ? [-2, -1, 0, 1] : [-1, 0, 1, 2]);
      const params = activationQuantSchema.parse({
        rangeEstimatorParams: { rangeOptMethod: 'grid', numCandidates: 5, rangeMargin: 0.5 },
      }).rangeEstimatorParams;
      const estimate = new RangeEstimator({ estimator: 'MSE', params, nBits: 2, symmetric, perChannel: false });
      const { min, max } = estimate.update(x);
      // Candidates end at 0.5, 1, ... 2.5. Symmetric, 1 gives all four values back (codes -2 to 1). Asymmetric, the lower
      // ends stop at -1.5, the margin: of -0.5 .. 0.5, -1 .. 1, -1.5 .. 1.5, -1.5 .. 2 and -1.5 .. 2.5 the fourth errs
      // least (0.17; the third, with its zero point 1.5 rounded to 2, errs by 1).
      expectClose([min.dataSync()[0]!, max.dataSync()[0]!], symmetric ? [-1, 1] : [-1.5, 2]);
      estimate.reset();
    });
  });
});

describe('states', () => {
  test('follows the data in training only, always, never; refuses to round without a range', () => {
    tf.tidy(() => {
      const quantiser = activationQuantiser({ nBits: 8, rangeEstimator: 'current_minmax' })!;
      const small = tf.tensor1d([-1, 1]);
      const large = tf.tensor1d([-10, 10]);
      const largest = () => 127 * quantiser.values()!.delta[0]!;
      expect(() => quantiser.apply(small, { train: false })).toThrow('calibrateQuantizationRanges');
      expect(() => quantiser.fix()).toThrow('before it has a range');
      quantiser.apply(small, { train: true });
      expect(quantiser.apply(large, { train: false }).dataSync()[1]).toBeCloseTo(1, 5);
      quantiser.state = 'estimate';
      quantiser.apply(large, { train: false });
      expect(largest()).toBeCloseTo(10, 4);
      quantiser.fix();
      quantiser.apply(small, { train: true });
      expect(largest()).toBeCloseTo(10, 4);
      const copy = activationQuantiser({ nBits: 8 })!;
      copy.restore(quantiser.values()!);
      expect(copy.values()).toEqual(quantiser.values());
      expect(copy.state).toBe('fix');
      quantiser.reset();
      expect(quantiser.isInitialised).toBe(false);
      for (const one of [quantiser, copy]) one.dispose();
    });
  });

  test('gives back all its memory', () => {
    const before = tf.memory().numTensors;
    const quantiser = activationQuantiser({ nBits: 8, rangeEstimator: 'MSE' })!;
    const x = tf.tensor1d([-1, 0.3, 1]);
    for (let i = 0; i < 3; i++) quantiser.apply(x, { train: true }).dispose();
    x.dispose();
    quantiser.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('gradients', () => {
  /** Autograd through round as identity, worked out: y = s (clamp(round(x / s) + z) - z). */
  test('straight through inside, none outside; the step gets what rounding and clipping leave', () => {
    tf.tidy(() => {
      const quantiser = activationQuantiser({ nBits: 3 })!;
      quantiser.restore({ delta: [0.5], zero: [0], signed: true });
      const x = tf.tensor1d([0.6, -0.9, 5, -7]);
      const dy = tf.tensor1d([1, 10, 100, 1000]);
      const { dx, step } = quantiser.gradients(x, dy);
      expectClose(dx.dataSync(), [1, 10, 0, 0]);
      // codes 1, -2, 3 (clipped), -4 (clipped); inside: code - x / s.
      expectClose(step.delta.dataSync(), [1 * (1 - 1.2) + 10 * (-2 + 1.8) + 100 * 3 + 1000 * -4], 2);
      quantiser.dispose();
    });
  });

  test('the zero point moves with what is clipped', () => {
    tf.tidy(() => {
      const quantiser = activationQuantiser({ nBits: 2, symmetric: false })!;
      quantiser.restore({ delta: [1], zero: [1.2], signed: true });
      const { dx, step } = quantiser.gradients(tf.tensor1d([0.2, 9]), tf.tensor1d([1, 10]));
      expectClose(dx.dataSync(), [1, 0]);
      expectClose(step.zero.dataSync(), [-10]);
      expectClose(step.delta.dataSync(), [0 - 0.2 + 10 * 2], 4);
      quantiser.dispose();
    });
  });

  test('an optimiser finds the step that keeps a large value', () => {
    const quantiser = activationQuantiser({ nBits: 4 })!;
    quantiser.restore({ delta: [0.05], zero: [0], signed: true });
    quantiser.learn();
    const optimiser = tf.train.sgd(0.01);
    const x = tf.tensor1d([0.7, -0.8, 0.1]);
    for (let i = 0; i < 60; i++) {
      optimiser.minimize(
        () => tf.sum(tf.squaredDifference(quantiser.apply(x, { train: true }), x)) as tf.Scalar,
        false,
        [quantiser.delta!],
      );
    }
    const error = tf.tidy(() => tf.sum(tf.squaredDifference(quantiser.apply(x, { train: false }), x)).dataSync()[0]!);
    // It began with 0.28: 0.7 and -0.8 clipped to 0.35 and -0.4.
    expect(error).toBeLessThan(0.03);
    expect(quantiser.values()!.delta[0]).toBeGreaterThan(0.09);
    x.dispose();
    quantiser.dispose();
  });
});
