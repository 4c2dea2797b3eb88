import { beforeAll, describe, expect, test } from 'vitest';
import {
  AnalogLayer,
  type CoreDifferences,
  type CrossbarConfig,
  coreDifferencesSchema,
  type LayerShape,
  resolveCrossbar,
} from '../../../src/crossbar/index.js';
import { drawCore } from '../../../src/crossbar/tile/core-differences.js';
import { createRng, tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

const rng = createRng(5, 'core-differences');
const differences = (change: Partial<CoreDifferences>) => coreDifferencesSchema.parse(change);

/** Mean and standard deviation of samples, with the standard error of each under a normal distribution. */
function moments(samples: readonly number[]) {
  const n = samples.length;
  const mean = samples.reduce((sum, x) => sum + x, 0) / n;
  const std = Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
  return { mean, std, meanError: std / Math.sqrt(n), stdError: std / Math.sqrt(2 * n) };
}

function expectMoments(samples: readonly number[], mean: number, std: number): void {
  const found = moments(samples);
  expect(Math.abs(found.mean - mean)).toBeLessThan(5 * found.meanError);
  expect(Math.abs(found.std - std)).toBeLessThan(5 * found.stdError);
}

describe('the factors of a core', () => {
  const cores = (change: Partial<CoreDifferences>) =>
    Array.from({ length: 600 }, (_, i) => drawCore(differences(change), 3, rng.child(`core-${i}`)));

  test('have mean 1 and the spreads that were asked for', () => {
    const drawn = cores({ adcNoise: 0.2, adcGain: 0.1, columnGain: 0.05, drift: 0.15 });
    expectMoments(
      drawn.map(({ noise }) => noise),
      1,
      0.2,
    );
    expectMoments(
      drawn.map(({ drift }) => drift),
      1,
      0.15,
    );
    const gains = drawn.map(({ gain }) => [...gain.dataSync()]);
    // A column's gain is a product of two independent factors: variance a + b + a b.
    expectMoments(
      gains.map(([first]) => first!),
      1,
      Math.sqrt(0.1 ** 2 + 0.05 ** 2 + (0.1 * 0.05) ** 2),
    );
    // Columns of a core share its factor and differ by their own.
    expectMoments(
      gains.map(([first, second]) => first! / second!),
      1 + 0.05 ** 2,
      0.05 * Math.SQRT2,
    );
  });

  test('are independent: one spread changes no other factor', () => {
    const all = cores({ adcNoise: 0.2, drift: 0.15 });
    const one = cores({ drift: 0.15 });
    expect(one.map(({ drift }) => drift)).toEqual(all.map(({ drift }) => drift));
    expect(one.every(({ noise, gain }) => noise === 1 && gain.dataSync().every((g) => g === 1))).toBe(true);
  });
});

/** 12 x 4 tiles of 8 x 8 in a layer of 96 x 32, without any noise but what a test switches on. */
const shape: LayerShape = { kind: 'dense', inSize: 96, outSize: 32 };
const ones = tf.keep(tf.ones([96, 32])) as tf.Tensor2D;

function small(change: Partial<CrossbarConfig['forward']> = {}, noise: Record<string, unknown> = {}): CrossbarConfig {
  const config = resolveCrossbar('pcm-8bit-256');
  return resolveCrossbar({
    ...config,
    mapping: { ...config.mapping, maxInputSize: 8, maxOutputSize: 8 },
    forward: { ...config.forward, outNoise: 0, outRes: -1, inpRes: -1, ...change },
    modifier: { type: 'None' },
    noiseModel: { class: 'PCMLikeNoiseModel', progNoiseScale: 0, readNoiseScale: 0, ...noise },
  });
}

/** What each tile adds to its outputs: inputs go to the rows of one row part at a time; [parts][row of x][cols]. */
function perTile(layer: AnalogLayer, vectors: number, seed: string): number[][][] {
  return Array.from({ length: 12 }, (_, part) =>
    tf.tidy(() => {
      const x = tf.tile(tf.tensor2d([Array.from({ length: 96 }, (_, row) => (Math.floor(row / 8) === part ? 1 : 0))]), [
        vectors,
        1,
      ]);
      return layer.forward(x, rng.child(`${seed}/${part}`)).arraySync() as number[][];
    }),
  );
}

describe('a layer on cores that differ', () => {
  test('the output noise of each core has a size of its own', () => {
    const layer = new AnalogLayer('n', shape, small({ outNoise: 0.05 }));
    layer.program(ones, null, 1, rng.child('noise'), differences({ adcNoise: 0.3 }));
    // All inputs zero: an output is the sum of the noise of its 12 row parts. Columns of one tile share their deviations.
    const y = tf.tidy(() => layer.forward(tf.zeros([3_000, 96]), rng.child('silence')).arraySync() as number[][]);
    const variances = Array.from({ length: 32 }, (_, col) => moments(y.map((row) => row[col]!)).std ** 2);
    const blocks = [0, 1, 2, 3].map((block) => variances.slice(8 * block, 8 * block + 8));
    const pooled = blocks.map((block) => block.reduce((sum, v) => sum + v, 0) / 8);
    for (const [i, block] of blocks.entries()) {
      const error = pooled[i]! * Math.sqrt(2 / 3_000);
      for (const variance of block) expect(Math.abs(variance - pooled[i]!)).toBeLessThan(5 * error);
    }
    const expected = [0, 1, 2, 3].map((block) => {
      const own = rng.child('noise').child('n').child('core');
      const factors = Array.from({ length: 12 }, (_, part) =>
        drawCore(differences({ adcNoise: 0.3 }), 8, own.child(`tile-${part * 4 + block}`)),
      );
      return factors.reduce((sum, { noise }) => sum + (0.05 * noise) ** 2, 0);
    });
    for (const [i, variance] of expected.entries()) {
      expect(Math.abs(pooled[i]! / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 24_000));
    }
    layer.dispose();
  });

  test('the general path has the same noise', () => {
    const layer = new AnalogLayer('n', shape, small({ outNoise: 0.05, outNoiseStd: 1e-9 }));
    layer.program(ones, null, 1, rng.child('noise'), differences({ adcNoise: 0.3 }));
    const y = tf.tidy(() => layer.forward(tf.zeros([2_000, 96]), rng.child('silence')).arraySync() as number[][]);
    const own = rng.child('noise').child('n').child('core');
    const factors = Array.from({ length: 12 }, (_, part) =>
      drawCore(differences({ adcNoise: 0.3 }), 8, own.child(`tile-${part * 4}`)),
    );
    const variance = factors.reduce((sum, { noise }) => sum + (0.05 * noise) ** 2, 0);
    const measured = moments(y.flatMap((row) => row.slice(0, 8))).std ** 2;
    expect(Math.abs(measured / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 16_000));
    layer.dispose();
  });

  test('gains differ from core to core and from column to column, and drift compensation does not undo them', () => {
    const layer = new AnalogLayer('g', shape, small({}, { driftScale: 0 }));
    layer.program(ones, null, 1, rng.child('gain'), differences({ adcGain: 0.1, columnGain: 0.05 }));
    const gains = perTile(layer, 1, 'g').flatMap(([row]) => row!.map((y) => y / 8));
    const cores = Array.from({ length: 48 }, (_, i) => gains.slice(8 * i, 8 * i + 8).reduce((a, b) => a + b, 0) / 8);
    expectMoments(cores, 1, Math.sqrt(0.1 ** 2 + (0.05 ** 2 * (1 + 0.1 ** 2)) / 8));
    layer.drift(86_400, rng.child('day'));
    const later = perTile(layer, 1, 'g').flatMap(([row]) => row!.map((y) => y / 8));
    for (const [i, gain] of gains.entries()) expect(later[i]! / gain).toBeCloseTo(1, 5);
    layer.dispose();
  });

  test('each core drifts at its own speed and is compensated by its own factor', () => {
    const config = small();
    const day = (change: Partial<CoreDifferences>, compensated: boolean) => {
      const layer = new AnalogLayer('d', shape, compensated ? config : { ...config, driftCompensation: null });
      layer.program(ones, null, 1, rng.child('drift'), differences(change));
      layer.drift(86_400, rng.child('day'));
      const tiles = perTile(layer, 1, 'd').flatMap(([row]) =>
        [0, 1, 2, 3].map((block) => row!.slice(8 * block, 8 * block + 8).reduce((a, b) => a + b, 0) / 64),
      );
      layer.dispose();
      return tiles;
    };
    const even = moments(day({}, false));
    const uneven = moments(day({ drift: 0.3 }, false));
    expect(uneven.std).toBeGreaterThan(3 * even.std);
    // g(t) = (t/t0)^(-nu f): the logarithms spread as the factors do.
    const logs = day({ drift: 0.3 }, false).map((g) => Math.log(g));
    expect(Math.abs(moments(logs).std / Math.abs(moments(logs).mean) - 0.3)).toBeLessThan(
      5 * (0.3 / Math.sqrt(2 * 48)) + 0.03,
    );
    const compensated = moments(day({ drift: 0.3 }, true));
    expect(compensated.std).toBeLessThan(uneven.std / 5);
    expect(Math.abs(compensated.mean - 1)).toBeLessThan(0.02);
  });

  test('spreads of 0 change no bit, and the same streams give the same cores', () => {
    const run = (change?: Partial<CoreDifferences>) =>
      tf.tidy(() => {
        const layer = new AnalogLayer('s', shape, resolveCrossbar('pcm-8bit-256'));
        layer.program(ones, null, 1, rng.child('same'), change === undefined ? undefined : differences(change));
        layer.drift(3_600, rng.child('hour'));
        const y = layer.forward(tf.ones([2, 96]), rng.child('read')).dataSync();
        layer.dispose();
        return [...y];
      });
    expect(run({})).toEqual(run());
    const some = { adcNoise: 0.2, adcGain: 0.05, drift: 0.1 };
    expect(run(some)).toEqual(run(some));
    expect(run(some)).not.toEqual(run());
  });

  test('gives back all its memory', () => {
    const x = tf.ones([1, 96]);
    const before = tf.memory().numTensors;
    const layer = new AnalogLayer('m', shape, resolveCrossbar('pcm-8bit-256'));
    for (let i = 0; i < 2; i++) {
      layer.program(ones, null, 1, rng, differences({ adcNoise: 0.2, adcGain: 0.1, columnGain: 0.1, drift: 0.1 }));
      layer.drift(1, rng);
      layer.forward(x, rng).dispose();
    }
    layer.dispose();
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });
});
