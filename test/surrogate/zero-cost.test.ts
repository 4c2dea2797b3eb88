import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveCrossbar } from '../../src/crossbar/index.js';
import { GraphBuilder, Model, type NetworkGraph, type Wire } from '../../src/nn/index.js';
import { crossbarFor, loadSpace } from '../../src/space/index.js';
import {
  activationCodes,
  createSurrogate,
  crossbarSnr,
  noiseSensitivity,
  synflow,
  zeroCostNames,
} from '../../src/surrogate/index.js';
import { ZeroCostFeatures } from '../../src/surrogate/zero-cost/index.js';
import { createRng, tf, useBackend } from '../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

function network(inputs: number, layers: (input: Wire) => Wire): NetworkGraph {
  const builder = new GraphBuilder('net', [inputs]);
  return builder.build(layers(builder.input));
}

const dense = (inputs: number, units: number) => network(inputs, (x) => x.dense(units, { bias: false }));

describe('synflow', () => {
  it('is the sum of absolute weights of one layer, and each layer of a chain carries the whole flow', () => {
    const one = dense(5, 4);
    const model = Model.create(one, createRng(3, 'zero-cost/synflow'));
    const [kernel] = Object.values(model.exportWeights());
    model.dispose();
    const sum = kernel!.data.reduce((total, w) => total + Math.abs(w), 0);
    expect(synflow(one, 3)).toBeCloseTo(Math.log10(sum), 5);

    const chain = network(5, (x) => x.dense(6, { bias: false }).relu().dense(4, { bias: false }));
    const fresh = Model.create(chain, createRng(3, 'zero-cost/synflow'));
    const [first, second] = Object.values(fresh.exportWeights());
    fresh.dispose();
    let output = 0;
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 6; j++) {
        for (let k = 0; k < 4; k++) output += Math.abs(first!.data[i * 6 + j]! * second!.data[j * 4 + k]!);
      }
    }
    expect(synflow(chain, 3)).toBeCloseTo(Math.log10(2 * output), 4);
  });
});

describe('activationCodes', () => {
  it('is the determinant of how many units agree, counted by hand', () => {
    // both weights are drawn; with one unit the kernel is 1 where two inputs switch it alike, else 0, plus the diagonal of 1
    const graph = network(3, (x) => x.dense(1, { bias: false }).relu());
    const found = activationCodes(graph, 5);
    const on = (() => {
      const rng = createRng(5, 'zero-cost/codes');
      const model = Model.create(graph, rng.child('weights'));
      const x = tf.tensor(rng.child('inputs').fillNormal(new Float32Array(48)), [16, 3]);
      const values = model.predict(x).dataSync() as Float32Array;
      model.dispose();
      return values.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
    })();
    // two blocks of ones, each with 1 added to its diagonal: determinant 1 + size
    expect(found).toBeCloseTo(Math.log((1 + on) * (1 + 16 - on)), 8);
  });

  it('grows with the units, and is 0 without ReLU', () => {
    const wide = (units: number) => network(8, (x) => x.dense(units).relu().dense(4));
    expect(activationCodes(wide(64), 1)).toBeGreaterThan(activationCodes(wide(8), 1));
    expect(activationCodes(dense(8, 4), 1)).toBe(0);
  });
});

describe('noiseSensitivity', () => {
  it('is the noise over the variance of the weights for one layer', () => {
    const graph = dense(64, 200);
    const model = Model.create(graph, createRng(7, 'zero-cost/noise').child('weights'));
    const [kernel] = Object.values(model.exportWeights());
    model.dispose();
    const most = kernel!.data.reduce((m, w) => Math.max(m, Math.abs(w)), 0);
    const variance = kernel!.data.reduce((sum, w) => sum + w * w, 0) / kernel!.data.length;
    // the variance between 16 inputs is taken over 16, not 15; 4 draws of 12,800 weights leave a few percent of chance
    const expected = Math.log10((0.06 * most) ** 2 / variance / (15 / 16));
    expect(Math.abs(noiseSensitivity(graph, 7) - expected)).toBeLessThan(0.06);
  });
});

describe('crossbarSnr', () => {
  const crossbar = resolveCrossbar('pcm-8bit-256');

  it('follows its formula for one layer on two tiles', () => {
    const { forward, modifier } = crossbar;
    const step = (resolution: number, bound: number) => 2 * bound * (resolution > 1 ? 1 / resolution : resolution);
    const [sx, sw, rows] = [1 / 3, 1 / 2.5, 400];
    const weightNoise = rows * sx ** 2 * modifier.stdDev ** 2;
    const dac = (rows * sw ** 2 * step(forward.inpRes, 1) ** 2) / 12;
    const perTile = step(forward.outRes, forward.outBound) ** 2 / 12 + forward.outNoise ** 2;
    const ratio = (rows * sx ** 2 * sw ** 2) / (weightNoise + dac + 2 * perTile);
    expect(crossbarSnr(dense(400, 10), crossbar)).toBeCloseTo(10 * Math.log10(ratio), 10);
  });

  it('falls with depth, rises with parallel branches, and has no end on perfect crossbars', () => {
    const layer = (x: Wire) => x.dense(64, { bias: false }).batchNorm();
    const chain = (depth: number) => network(64, (x) => Array.from({ length: depth }).reduce<Wire>(layer, x));
    expect(crossbarSnr(chain(1), crossbar) - crossbarSnr(chain(4), crossbar)).toBeCloseTo(10 * Math.log10(4), 8);
    const residual = network(64, (x) => layer(x).add([x]));
    expect(crossbarSnr(residual, crossbar)).toBeGreaterThan(crossbarSnr(chain(1), crossbar));
    const perfect = {
      ...crossbar,
      forward: { ...crossbar.forward, isPerfect: true },
      modifier: { ...crossbar.modifier, stdDev: 0 },
    };
    expect(crossbarSnr(chain(2), perfect)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('crossbarSnr of an architecture', () => {
  const coarse = {
    ...resolveCrossbar('pcm-8bit-256'),
    forward: { ...resolveCrossbar('pcm-8bit-256').forward, inpRes: 2 ** 4 - 2, outRes: 2 ** 4 - 2 },
  };

  it('is that of the crossbars that are named, and of the default ones where none are', () => {
    const space = loadSpace('resnet-tiny');
    const architecture = space.sample(createRng(3));
    const graph = space.build(architecture);
    const [usual, named] = [undefined, coarse].map((crossbar) => {
      return new ZeroCostFeatures(space, ['crossbarSnr'], crossbar).of(architecture)[0]!;
    });
    expect(usual).toBe(Math.fround(crossbarSnr(graph, resolveCrossbar('pcm-8bit-256'))));
    expect(named).toBe(Math.fround(crossbarSnr(graph, coarse)));
    expect(named).toBeLessThan(usual! - 3);
  });

  it('reaches a surrogate through its options', () => {
    const space = loadSpace('resnet-tiny');
    const rows = [1, 2, 3].map((seed) => {
      return { architecture: space.sample(createRng(seed)), oneDayAccuracy: seed, avm: 0, std: 0 };
    });
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-zero-cost-'));
    const surrogate = createSurrogate('gp', space, { folds: 0, zeroCost: ['crossbarSnr'], crossbar: coarse });
    surrogate.fit(rows, createRng(1));
    surrogate.save(folder);
    const values = rows.map(({ architecture }) => Math.fround(crossbarSnr(space.build(architecture), coarse)));
    const card = JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8'));
    expect(card.ranges.at(-1)).toEqual([Math.min(...values), Math.max(...values)]);
  });

  it('of a joint space is that of the crossbars it chooses', () => {
    const space = loadSpace('resnet-tiny-joint');
    const { space: name, params } = space.sample(createRng(3));
    const snr = new ZeroCostFeatures(space, ['crossbarSnr'], coarse);
    const of = (dacBits: number, adcBits: number) => {
      const architecture = { space: name, params: { ...params, tile: 64, dacBits, adcBits, phases: 1 } };
      const [value] = snr.of(architecture);
      expect(value).toBe(Math.fround(crossbarSnr(space.build(architecture), crossbarFor(coarse, architecture))));
      return value!;
    };
    expect(of(8, 10)).toBeGreaterThan(of(4, 6) + 1);
  });
});

describe('zero-cost features of a surrogate', () => {
  const space = loadSpace('resnet-tiny');
  const rng = createRng(1);
  const rows = Array.from({ length: 12 }, () => {
    const architecture = space.sample(rng);
    return { architecture, oneDayAccuracy: space.counts(architecture).depth, avm: 0.1, std: 0.01 };
  });

  it('stand in the card, and a surrogate without them does not load', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-zero-cost-'));
    const surrogate = createSurrogate('gp', space, { folds: 0, zeroCost: zeroCostNames });
    surrogate.fit(rows, createRng(1));
    surrogate.save(folder);
    const card = JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8'));
    expect(card.features.slice(-4)).toEqual(zeroCostNames);
    for (const [least, most] of card.ranges.slice(-4)) expect(most).toBeGreaterThan(least);
    const again = createSurrogate('gp', space, { zeroCost: zeroCostNames });
    again.load(folder);
    const asked = rows.map((row) => row.architecture);
    expect(again.predict(asked)).toEqual(surrogate.predict(asked));
    expect(again.predict(asked).every(({ inRange }) => inRange)).toBe(true);
    expect(() => createSurrogate('gp', space).load(folder)).toThrow('another search space or encoding');
  });
});
