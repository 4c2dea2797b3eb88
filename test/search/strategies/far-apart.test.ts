import { describe, expect, it } from 'vitest';
import { farApart } from '../../../src/search/strategies/far-apart.js';
import { type Architecture, loadSpace } from '../../../src/space/index.js';
import { createRng } from '../../../src/tensor/index.js';

const space = loadSpace('resnet-tiny');
const pool = space.sampleLatinHypercube(120, createRng(4), 'redraw').architectures;

describe('farApart', () => {
  it('chooses distinct members, the first of the pool first, and the same ones for fewer', () => {
    const chosen = farApart(space, pool, 12);
    expect(chosen[0]).toBe(pool[0]);
    expect(new Set(chosen.map((a) => space.hash(a))).size).toBe(12);
    for (const a of chosen) expect(pool).toContain(a);
    expect(farApart(space, pool, 5)).toEqual(chosen.slice(0, 5));
  });

  it('leaves every other member nearer to a chosen one than the chosen ones are to one another', () => {
    const chosen = farApart(space, pool, 12);
    const least = Math.min(...chosen.flatMap((a, i) => chosen.slice(0, i).map((b) => distance(a, b))));
    for (const a of pool) expect(Math.min(...chosen.map((b) => distance(a, b)))).toBeLessThanOrEqual(least);
  });

  it('gives a pool that is no larger back', () => {
    expect(farApart(space, pool.slice(0, 3), 3)).toEqual(pool.slice(0, 3));
    expect(farApart(space, [], 3)).toEqual([]);
  });
});

/** In units of each feature's deviation over the pool, computed apart from the code under test. */
const features = pool.map((a) => space.encodeExtended(a));
const deviations = Array.from(features[0]!, (_, column) => {
  const values = features.map((row) => row[column]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
});

function distance(a: Architecture, b: Architecture): number {
  const [x, y] = [space.encodeExtended(a), space.encodeExtended(b)];
  return Math.hypot(...deviations.map((d, i) => (d > 0 ? (x[i]! - y[i]!) / d : 0)));
}
