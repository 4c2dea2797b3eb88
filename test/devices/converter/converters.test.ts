import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ConverterConfig, converterSchema, createConverter } from '../../../src/devices/index.js';
import { tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

const W = [
  [0.9, 0.3],
  [-0.5, 0.7],
  [0.25, -0.6],
  [0.1, 0.2],
];

const converters: Record<string, unknown> = {
  SinglePair: { class: 'SinglePairConductanceConverter', gMin: 5 },
  NPair: { class: 'NPairConductanceConverter', fLst: [1, 2, 3], gMin: 0.5 },
  DualPair: { class: 'DualPairConductanceConverter', fLst: [1, 3] },
  CustomPair: {
    class: 'CustomPairConductanceConverter',
    fLst: [1],
    gLst: [
      [0, 0, 0, 10, 20],
      [20, 10, 0, 0, 0],
    ],
    gMax: 20,
  },
  SingleDevice: { class: 'SingleDeviceConductanceConverter' },
  Fusion: { class: 'FusionConductanceConverter' },
};

const make = (config: unknown) => createConverter(converterSchema.parse(config) as ConverterConfig);

/**
 * Per output, the rounding to expect of weights up to 2. Fusion divides by the deviations from the mean, and these lose as
 * many digits as the weights are larger than their spread.
 */
function tolerance(weights: tf.Tensor2D, config: unknown): tf.Tensor {
  const rounding = tf.scalar(2e-5);
  if ((config as { class: string }).class !== 'FusionConductanceConverter') return rounding;
  const largest = tf.max(tf.abs(weights), 0, true);
  const spread = tf.sub(tf.max(weights, 0, true), tf.min(weights, 0, true));
  return tf.mul(rounding, tf.add(1, tf.divNoNan(largest, spread)));
}

describe.each(Object.entries(converters))('%s', (_, config) => {
  test('gives back any weights', () => {
    const matrix = fc.integer({ min: 1, max: 6 }).chain((cols) =>
      fc.array(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: cols, maxLength: cols }), {
        minLength: 2,
        maxLength: 6,
      }),
    );
    fc.assert(
      fc.property(matrix, (rows) => {
        tf.tidy(() => {
          const converter = make(config);
          const weights = tf.tensor2d(rows.map((row) => row.map((w) => w / 500)));
          const { conductances, scale } = converter.toConductances(weights);
          const back = converter.toWeights(conductances, scale);
          const largest = tf.max(tf.div(tf.abs(tf.sub(back, weights)), tolerance(weights, config)));
          expect(largest.dataSync()[0]).toBeLessThan(1);
          for (const g of conductances) {
            expect(tf.min(g).dataSync()[0]).toBeGreaterThanOrEqual(converter.gMin - 1e-4);
            expect(tf.max(g).dataSync()[0]).toBeLessThanOrEqual(converter.gMax + 1e-4);
          }
        });
      }),
      { numRuns: 40 },
    );
  });
});

// Worked examples of the analog-inference reference, section 8.
test('SinglePair from 5 to 25 uS', () => {
  tf.tidy(() => {
    const { conductances, scale } = make(converters.SinglePair).toConductances(tf.tensor2d(W));
    expect(scale.ratio.dataSync()[0]).toBeCloseTo(22.2222, 3);
    const column = (g: tf.Tensor2D) => tf.slice(g, [0, 0], [4, 1]).dataSync();
    const expected = [
      [25, 5, 10.5556, 7.2222],
      [5, 16.1111, 5, 5],
    ];
    conductances.forEach((g, i) => {
      column(g).forEach((value, row) => {
        expect(value).toBeCloseTo(expected[i]![row]!, 3);
      });
    });
  });
});

test('Fusion keeps outputs whose weights are all alike, a single one among them', () => {
  tf.tidy(() => {
    const weights = tf.tensor2d([
      [0.7, -0.3],
      [0.7, -0.3],
    ]);
    for (const w of [weights, tf.slice(weights, [0, 0], [1, 2])]) {
      const fusion = make(converters.Fusion);
      const { conductances, scale } = fusion.toConductances(w);
      expect(tf.max(tf.abs(tf.sub(fusion.toWeights(conductances, scale), w))).dataSync()[0]).toBeLessThan(1e-6);
    }
  });
});

test('DualPair fills the less significant pair first', () => {
  tf.tidy(() => {
    const { conductances, scale } = make(converters.DualPair).toConductances(tf.tensor2d(W));
    expect(scale.ratio.dataSync()[0]).toBeCloseTo(111.1111, 3);
    const column = (g: tf.Tensor2D) => [...tf.slice(g, [0, 1], [4, 1]).dataSync()].map((v) => Number(v.toFixed(4)));
    expect(column(conductances[0]!)).toEqual([25, 25, 0, 22.2222]);
    expect(column(conductances[2]!)).toEqual([2.7778, 17.5926, 0, 0]);
  });
});

describe('CustomPair', () => {
  const pair = (...gLst: [number[], number[]]) => ({ class: 'CustomPairConductanceConverter', fLst: [1], gLst });

  test('refuses tables that do not describe the weights', () => {
    expect(() => make(pair([0, 0, 20], [20, 5, 0]))).toThrow('do not give the weights back');
    expect(() => make(pair([5, 5, 5], [5, 5, 5]))).toThrow('do not give the weights back');
  });

  test('takes tables that bend between the five weights which AIHWKit tries, within its tolerance', () => {
    const [plus, minus] = [
      [0, 0, 0, 0, 0, 6, 10, 14, 20],
      [20, 14, 10, 6, 0, 0, 0, 0, 0],
    ] as [number[], number[]];
    expect(() => make(pair(plus, minus))).not.toThrow();
    const off = (difference: number) => pair(plus.with(6, 10 + difference), minus);
    expect(() => make(off(0.002))).not.toThrow();
    expect(() => make(off(0.0022))).toThrow('do not give the weights back');
  });
});

test.each([
  { class: 'SinglePairConductanceConverter', gMax: 5, gMin: 5 },
  { class: 'NPairConductanceConverter', fLst: [1], gMax: 5, gMin: 6 },
  { class: 'DualPairConductanceConverter', fLst: [1, 3], gMin: 30 },
  { ...(converters.CustomPair as object), gMin: 20 },
  { class: 'SingleDeviceConductanceConverter', gMax: 8 },
])('an empty range of conductances is refused: %j', (config) => {
  expect(() => converterSchema.parse(config)).toThrow('a smallest conductance below the largest');
});
