import { beforeAll, expect, test } from 'vitest';
import { resolveCrossbar } from '../../../src/crossbar/index.js';
import { analogMvm } from '../../../src/crossbar/mvm/analog-mvm.js';
import { boundOf, quantise, stepOf } from '../../../src/crossbar/mvm/quantise.js';
import { createRng, tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

// Worked examples of the analog-inference reference, section 8.
const W = [
  [0.9, 0.3],
  [-0.5, 0.7],
  [0.25, -0.6],
  [0.1, 0.2],
];
const X1 = [0.31, -0.77, 0.5, 1.0];
const X2 = [2.0, -3.0, 0.1, 0.7];

function run(forward: Record<string, unknown>, x: number[][], engine: 'rpu' | 'torch' = 'rpu'): number[] {
  const io = resolveCrossbar({ forward: { outNoise: 0, ...forward } }).forward;
  const tile = { io, engine, draws: {}, memory: {} };
  return tf.tidy(() => [
    ...analogMvm(tf.tensor2d(x), tf.tensor2d(W), tile, createRng(0)).dataSync(),
  ]) as unknown as number[];
}

const expectClose = (actual: number[], expected: number[]) => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 5);
  });
};

test.each(['rpu', 'torch'] as const)('default converters without bound management, %s', (engine) => {
  const y = run({ boundManagement: 'None' }, [X1, X2], engine);
  expectClose(y, [0.8941177, -0.564706, 3.3882357, -1.4117647]);
});

test('bound management works per vector on the C++ tile, per batch on the torch tile', () => {
  expectClose(run({ outBound: 1 }, [X1, X2]), [0.8980393, -0.5450981, 3.3647065, -1.3882353]);
  expectClose(run({ outBound: 1 }, [X1, X2], 'torch'), [0.8941177, -0.5490196, 3.3647065, -1.3882353]);
});

test('voltage drop along the columns', () => {
  const off = { noiseManagement: 'None', boundManagement: 'None', inpRes: -1, outRes: -1, inpBound: -1, outBound: -1 };
  expectClose(run({ ...off, irDrop: 1, irDropGRatio: 10 }, [X1]), [0.8339158, -0.4940607]);
});

test('S-shaped outputs', () => {
  const off = { noiseManagement: 'None', boundManagement: 'None', inpRes: -1, outRes: -1 };
  const draws = { nonlinearity: tf.tensor1d([1 / 12, 1 / 12]) };
  const io = resolveCrossbar({
    forward: { ...off, outNoise: 0, outNonlinearity: 1, slopeCalibration: 0.5, inpBound: -1 },
  }).forward;
  tf.tidy(() => {
    const tile = { io, engine: 'rpu' as const, draws, memory: {} };
    const y = analogMvm(tf.tensor2d([X1]), tf.tensor2d(W), tile, createRng(0)).dataSync();
    expectClose([...y], [1.8622855, -1.1750358]);
  });
  draws.nonlinearity.dispose();
});

test('a vector of zeros is exactly zero on the C++ tile, noise or not', () => {
  expect(
    run({ outNoise: 0.1 }, [[0, 0, 0, 0], X1])
      .slice(0, 2)
      .map(Math.abs),
  ).toEqual([0, 0]);
});

test('four read phases add up to the product where nothing is rounded', () => {
  const off = { noiseManagement: 'None', boundManagement: 'None', inpRes: -1, outRes: -1, inpBound: -1, outBound: -1 };
  expectClose(run({ ...off, mvType: 'FourPhase' }, [X1]), [0.889, -0.546]);
});

test('rounding divides in float32: 0.5 in steps of 1/63 gives 31/63', () => {
  tf.tidy(() => {
    const step = stepOf(boundOf(1), 1 / 126);
    expect(quantise(tf.scalar(0.5), step).dataSync()[0]).toBeCloseTo(31 / 63, 6);
    expect(stepOf(boundOf(1), 254)).toBe(Math.fround(2 / 254));
    expect(stepOf(boundOf(-1), 254)).toBe(0);
  });
});
