import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, fillUniformFrom, randomNormal, randomUniform, tf } from '../../../src/tensor/index.js';
import { hash64 } from '../../../src/tensor/random/stream-hash.js';

const draw = <T>(n: number, next: () => T): T[] => Array.from({ length: n }, next);
const mean = (xs: ArrayLike<number>): number => Array.from(xs).reduce((sum, x) => sum + x, 0) / xs.length;

describe('hash64', () => {
  it('is FNV-1a as published', () => {
    expect(hash64('')).toEqual([0x84222325, 0xcbf29ce4]);
    expect(hash64('a')).toEqual([0x8601ec8c, 0xaf63dc4c]);
    expect(hash64('foobar')).toEqual([0xf73967e8, 0x85944171]);
  });
});

describe('Rng', () => {
  it('repeats under a seed and differs under another', () => {
    const numbers = (seed: number) =>
      draw(
        20,
        (
          (rng) => () =>
            rng.uint32()
        )(createRng(seed)),
      );
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7)).not.toEqual(numbers(8));
    expect(numbers(2 ** 40)).not.toEqual(numbers(0));
  });

  it('has children that do not depend on what the parent drew', () => {
    const early = createRng(1).child('layer');
    const parent = createRng(1);
    draw(13, () => parent.normal());
    const late = parent.child('layer');
    expect(late.name).toBe('/layer');
    expect(draw(9, () => late.uniform())).toEqual(draw(9, () => early.uniform()));
    expect(parent.child('other').uint32()).not.toBe(parent.child('layer').uint32());
  });

  it('reserves blocks for kernels, and single draws continue after them', () => {
    const rng = createRng(3, 's');
    expect(rng.source(5).block).toBe(0);
    expect(rng.source(4).block).toBe(2);
    const word = rng.uint32();
    expect(rng.source(1).block).toBe(4);
    const expected = fillUniformFrom({ ...createRng(3, 's').source(1), block: 3 }, new Float32Array(1));
    expect((word >>> 8) * 2 ** -24).toBe(expected[0]);
  });

  it('refuses impossible seeds and ranges', () => {
    expect(() => createRng(-1)).toThrow('a seed must be an integer in [0, 2^53), got -1');
    expect(() => createRng(0.5)).toThrow(RangeError);
    expect(() => createRng(0).int(3, 3)).toThrow('got lo=3, hi=3');
    expect(() => createRng(0).pick([])).toThrow(RangeError);
  });

  it('draws uniform numbers: mean, variance and ten bins within 5 standard errors (n = 40,000)', () => {
    const n = 40_000;
    const xs = createRng(11).fillUniform(new Float32Array(n));
    expect(Math.abs(mean(xs) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    const second = mean(xs.map((x) => (x - 0.5) ** 2));
    expect(Math.abs(second - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
    for (let bin = 0; bin < 10; bin++) {
      const share = xs.filter((x) => Math.floor(10 * x) === bin).length / n;
      expect(Math.abs(share - 0.1)).toBeLessThan(5 * Math.sqrt((0.1 * 0.9) / n));
    }
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...xs)).toBeLessThan(1);
  });

  it('draws normal numbers: four moments and neighbours within 5 standard errors (n = 40,000)', () => {
    const n = 40_000;
    const xs = createRng(12).fillNormal(new Float32Array(n));
    const moment = (k: number) => mean(xs.map((x) => x ** k));
    // variance of x^k is E x^2k - (E x^k)^2 for k = 1..4: 1, 2, 15, 96
    for (const [k, expected, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ] as const) {
      expect(Math.abs(moment(k) - expected)).toBeLessThan(5 * Math.sqrt(variance / n));
    }
    const neighbours = mean(xs.subarray(1).map((x, i) => x * xs[i]!));
    expect(Math.abs(neighbours)).toBeLessThan(5 / Math.sqrt(n));
  });

  it('draws one by one what the mean and deviation say (n = 20,000)', () => {
    const rng = createRng(13);
    const n = 20_000;
    const xs = draw(n, () => rng.normal(2, 3));
    expect(Math.abs(mean(xs) - 2)).toBeLessThan((5 * 3) / Math.sqrt(n));
    expect(Math.abs(mean(xs.map((x) => (x - 2) ** 2)) - 9)).toBeLessThan(5 * 9 * Math.sqrt(2 / n));
    const hits = draw(n, () => rng.chance(0.3)).filter(Boolean).length / n;
    expect(Math.abs(hits - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / n));
  });

  it('draws integers in range, each as likely as another', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.nat(),
        (lo, span, seed) => {
          const k = createRng(seed).int(lo, lo + span);
          return Number.isInteger(k) && k >= lo && k < lo + span;
        },
      ),
    );
    const rng = createRng(5);
    const n = 30_000;
    const ks = draw(n, () => rng.int(0, 3));
    for (const k of [0, 1, 2]) {
      const share = ks.filter((one) => one === k).length / n;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / n));
    }
  });

  it('shuffles: every element stays, each place as likely (n = 6,000)', () => {
    const rng = createRng(6);
    const n = 6_000;
    const firsts = draw(n, () => rng.shuffle([0, 1, 2, 3]));
    expect(firsts.every((xs) => [...xs].sort().join() === '0,1,2,3')).toBe(true);
    const share = firsts.filter((xs) => xs[0] === 3).length / n;
    expect(Math.abs(share - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / n));
  });
});

describe('random tensors', () => {
  it('are the numbers of the stream', () => {
    const u = randomUniform([3, 5], createRng(9), -2, 2).dataSync();
    expect([...u]).toEqual([...createRng(9).fillUniform(new Float32Array(15), -2, 2)]);
    const z = randomNormal([7], createRng(9), 1, 0.5).dataSync();
    const expected = createRng(9).fillNormal(new Float32Array(7), 1, 0.5);
    for (const [i, value] of z.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6);
    expect(randomNormal([2, 2], createRng(1)).shape).toEqual([2, 2]);
    expect(tf.util.sizeFromShape(randomNormal([], createRng(1)).shape)).toBe(1);
  });
});
