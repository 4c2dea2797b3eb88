import { beforeAll, describe, expect, test } from 'vitest';
import { createNoiseModel, noiseModelSchema } from '../../../src/devices/index.js';
import { createRng, tf, useBackend } from '../../../src/tensor/index.js';
import { noiseModelContract } from './noise-model-contract.js';

beforeAll(async () => {
  await useBackend();
});

const silent = { progNoiseScale: 0, readNoiseScale: 0, driftScale: 0 };
const tables = { gLst: [0, 10, 30], nuMeanLst: [0.08, 0.05, 0.01], nuStdLst: [0.03, 0.02, 0.002] };

describe('PCMLikeNoiseModel', () => {
  noiseModelContract({ class: 'PCMLikeNoiseModel' }, { seconds: 86400, silent, lowest: 0 });

  // Table of the analog-inference reference, section 3.2, 25 uS: deviation, exponent mean and spread, read amplitude.
  test.each([
    [12.5, 0.95271, 0.049, 0.008],
    [25, 1.05538, 0.049, 0.008],
    [2.5, 0.44825, 0.06009, 0.02288],
  ])('at %s uS has the published spread', (g, sigma, nuMean, nuStd) => {
    const model = createNoiseModel(noiseModelSchema.parse({ class: 'PCMLikeNoiseModel' }));
    const n = 40_000;
    const rng = createRng(7, `pcm-${g}`);
    tf.tidy(() => {
      const target = tf.fill([n], g);
      const programmed = tf.moments(model.program(target, rng.child('p')));
      expect(Math.abs(Math.sqrt(programmed.variance.dataSync()[0]!) - sigma)).toBeLessThan(
        (5 * sigma) / Math.sqrt(2 * n),
      );
      const nu = tf.moments(model.driftCoefficient(target, rng.child('nu')));
      expect(Math.abs(nu.mean.dataSync()[0]! - nuMean)).toBeLessThan((5 * nuStd) / Math.sqrt(n) + 2e-5);
    });
  });

  test('drifts as (t / t0)^-nu without noise', () => {
    const model = createNoiseModel(noiseModelSchema.parse({ class: 'PCMLikeNoiseModel', readNoiseScale: 0 }));
    tf.tidy(() => {
      const drifted = model.drift(tf.tensor1d([10]), tf.tensor1d([0.06]), 3600, createRng(0)).dataSync()[0]!;
      expect(drifted / 10).toBeCloseTo(0.732048, 5);
    });
  });
});

describe.each([{ class: 'PCMLikeNoiseModel' }, { class: 'HermesNoiseModel' }, { class: 'StateIndependentNoiseModel' }])(
  '$class',
  (config) => {
    test.each([-1, -20, -300, -1e6])(
      'gives what was programmed where there is no time to read, at t0 %s s',
      (offset) => {
        const options = noiseModelSchema.parse(config);
        const { t0 } = options as { t0: number };
        tf.tidy(() => {
          const g = tf.tensor1d([0, 5, 20]);
          const read = createNoiseModel(options).drift(g, tf.fill([3], 0.05), offset - t0, createRng(0));
          expect([...read.dataSync()]).toEqual([0, 5, 20]);
        });
      },
    );

    test('gives numbers at times shorter than a read', () => {
      const options = noiseModelSchema.parse(config);
      const { t0 } = options as { t0: number };
      tf.tidy(() => {
        const g = tf.tensor1d([0, 5, 20]);
        const read = createNoiseModel(options).drift(g, tf.fill([3], 0.05), 1e-8 - t0, createRng(0));
        expect([...read.dataSync()]).toEqual([0, 5, 20]);
      });
    });
  },
);

describe.each([
  'PCMLikeNoiseModel',
  'ReRamWan2022NoiseModel',
  'StateIndependentNoiseModel',
  'HermesNoiseModel',
  'ReRamCMONoiseModel',
])('the largest conductance of %s', (name) => {
  const parsed = (fields: object) => noiseModelSchema.parse({ class: name, ...fields });

  test('is that of the converter, whatever stands beside it', () => {
    const gConverter = { class: 'SinglePairConductanceConverter', gMax: 18, gMin: 1 };
    expect(parsed({ gMax: 10, gConverter })).toMatchObject({ gMax: 18, gConverter });
    expect(parsed({ gConverter })).toMatchObject({ gMax: 18, gConverter });
  });

  test('is that of the converter by default', () => {
    expect(parsed({ gMax: 10 })).toMatchObject({ gMax: 10, gConverter: { gMax: 10 } });
  });
});

describe('CustomDriftPCMLikeNoiseModel', () => {
  noiseModelContract({ class: 'CustomDriftPCMLikeNoiseModel', customDriftModel: tables } as never, {
    seconds: 86400,
    silent,
    lowest: 0,
  });

  test('refuses tables of unequal length', () => {
    const model = { class: 'CustomDriftPCMLikeNoiseModel', customDriftModel: { ...tables, nuStdLst: [0.1, 0.1] } };
    expect(() => noiseModelSchema.parse(model)).toThrow('the three lists must have the same length');
  });
});

describe('tables of drift', () => {
  const parse = (gLst: number[], gConverter: object) =>
    noiseModelSchema.parse({
      class: 'CustomDriftPCMLikeNoiseModel',
      customDriftModel: { ...tables, gLst },
      gConverter,
    });
  const pair = { class: 'SinglePairConductanceConverter', gMax: 30, gMin: 5 };

  test('cover the range of the converter', () => {
    expect(() => parse([5, 10, 30], pair)).not.toThrow();
    expect(() => parse([6, 10, 30], pair)).toThrow('from 5 uS or less to 30 uS or more');
    expect(() => parse([5, 10, 29], pair)).toThrow('from 5 uS or less to 30 uS or more');
    expect(() => parse([1, 10, 30], { class: 'FusionConductanceConverter', gMax: 30 })).toThrow('from 0 uS or less');
  });
});

describe('HermesNoiseModel', () => {
  describe('two devices', () =>
    noiseModelContract({ class: 'HermesNoiseModel' }, { seconds: 86400, silent, lowest: 0 }));
  describe('one device', () =>
    noiseModelContract({ class: 'HermesNoiseModel', numDevices: 1 } as never, { seconds: 86400, silent, lowest: 0 }));

  test('refuses conductances that one device cannot have', () => {
    expect(() => noiseModelSchema.parse({ class: 'HermesNoiseModel', numDevices: 1, gMax: 20 })).toThrow(
      '10.35 uS with one',
    );
  });
});

describe('ReRamWan2022NoiseModel', () => {
  noiseModelContract({ class: 'ReRamWan2022NoiseModel' }, { seconds: 86400, silent: { noiseScale: 0 }, lowest: 0 });

  test('names the times it knows', () => {
    const model = createNoiseModel(noiseModelSchema.parse({ class: 'ReRamWan2022NoiseModel' }));
    const target = tf.tensor1d([1]);
    expect(() => model.drift(target, target, 3600, createRng(0))).toThrow('accepted: 1 s, 86400 s, 172800 s');
    target.dispose();
  });
});

describe('ReRamCMONoiseModel', () => {
  noiseModelContract({ class: 'ReRamCMONoiseModel' }, { seconds: 86400, silent, lowest: 9 });

  test.each([
    ['a key in another spelling', { '0.5': [1], '2.0': [3] }, 2, 3],
    ['the smallest key for any other range', { '10': [5], '2': [3], '0.5': [1] }, 0.2, 1],
  ])('programs with the spread of its acceptance range: %s', (_, coeffDict, acceptanceRange, sigma) => {
    const program = (options: object) =>
      createNoiseModel(noiseModelSchema.parse({ class: 'ReRamCMONoiseModel', ...options })).program(
        tf.zeros([100]),
        createRng(1),
      );
    tf.tidy(() => {
      const expected = program({ coeffDict: { '1': [sigma] }, acceptanceRange: 1 });
      expect(program({ coeffDict, acceptanceRange }).dataSync()).toEqual(expected.dataSync());
    });
  });

  test('refuses polynomials under anything but numbers', () => {
    const model = { class: 'ReRamCMONoiseModel', coeffDict: { low: [1] } };
    expect(() => noiseModelSchema.parse(model)).toThrow('each under a number');
  });

  test('is read without noise at time zero', () => {
    const model = createNoiseModel(noiseModelSchema.parse({ class: 'ReRamCMONoiseModel' }));
    tf.tidy(() => {
      const g = tf.tensor1d([9, 50]);
      expect(model.drift(g, g, 0, createRng(0)).dataSync()).toEqual(g.dataSync());
    });
  });
});

describe('StateIndependentNoiseModel', () => {
  noiseModelContract({ class: 'StateIndependentNoiseModel' }, { seconds: 86400, silent, lowest: 0 });
});
