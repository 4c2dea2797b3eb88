import { beforeAll, describe, expect, test } from 'vitest';
import { optimiseProgramming, resolveCrossbar } from '../../../src/crossbar/index.js';
import { differentialEvolution } from '../../../src/crossbar/programming/differential-evolution.js';
import {
  dimensionsOf,
  type ProgrammingSpace,
  strategyAt,
} from '../../../src/crossbar/programming/programming-space.js';
import { createConverter } from '../../../src/devices/index.js';
import { createRng, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

describe('programming strategies', () => {
  const base: ProgrammingSpace = {
    fLst: [1, null],
    gMin: 2,
    gMax: 25,
    fMin: 0.1,
    fMax: 5,
    nbins: 4,
    symmetric: true,
    useMaxKw: false,
  };

  test.each([base, { ...base, symmetric: false, fLst: [1, 3] }, { ...base, useMaxKw: true, fLst: [null, 2, 1] }])(
    'every point of the hypercube is a converter that gives weights back (%#)',
    (space) => {
      const rng = createRng(1, 'points');
      for (let draw = 0; draw < 50; draw++) {
        const x = Float64Array.from({ length: dimensionsOf(space) }, () => rng.uniform());
        const { fLst, gLst } = strategyAt(x, space);
        expect(gLst.flat().every((g) => g >= 2 && g <= 25)).toBe(true);
        // The converter itself refuses tables that are not a straight line in the weight.
        createConverter({
          class: 'CustomPairConductanceConverter',
          fLst: [...fLst],
          gLst: gLst.map((table) => [...table]),
          gMin: 2,
          gMax: 25,
        });
      }
    },
  );
});

test('differential evolution finds the minimum of a curved valley', () => {
  const valley = (x: Float64Array) => 1 + (x[0]! - 0.3) ** 2 + 10 * (x[1]! - x[0]! ** 2) ** 2;
  const { x, loss } = differentialEvolution(valley, 2, createRng(3), {
    popsize: 10,
    maxiter: 60,
    mutation: 0.5,
    atol: 1e-9,
  });
  expect(loss).toBeLessThan(1.0005);
  expect(Math.abs(x[0]! - 0.3)).toBeLessThan(0.03);
});

test('two pairs, optimised, beat one pair by more than the margin on fresh noise', () => {
  const config = resolveCrossbar({ mapping: { maxInputSize: 32, maxOutputSize: 0 }, forward: { isPerfect: true } });
  const weights = createRng(5).fillNormal(new Float32Array(500), 0, 0.3);
  const single = config.noiseModel.gConverter;
  const result = optimiseProgramming(weights, [1, 1], config, [3600], single, createRng(6), {
    ...{
      nbins: 2,
      popsize: 6,
      maxiter: 10,
      baselineIterations: 20,
      testOutFeatures: 16,
      mutation: 0.5,
      recombination: 0.7,
    },
  });
  expect(result.success).toBe(true);
  expect(result.loss).toBeLessThan(0.875 * result.baselineLoss);
  expect(result.converter).toMatchObject({ class: 'CustomPairConductanceConverter', gMax: 25, gMin: 0 });
  expect(
    resolveCrossbar({ ...config, noiseModel: { ...config.noiseModel, gConverter: result.converter } }),
  ).toBeDefined();
});
