import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Architecture, HypercubeRepair } from '../../src/space/index.js';
import { latinHypercube } from '../../src/space/latin-hypercube.js';
import { createRng } from '../../src/tensor/index.js';
import { smallSpace } from './support/spaces.js';

describe('latinHypercube', () => {
  it('puts exactly one point into each slice of each dimension', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 8 }), fc.nat(), (n, dimensions, seed) => {
        const points = latinHypercube(n, dimensions, createRng(seed));
        for (let d = 0; d < dimensions; d++) {
          const slices = points.map((point) => Math.floor(point[d]! * n)).sort((a, b) => a - b);
          expect(slices).toEqual(Array.from({ length: n }, (_, i) => i));
        }
      }),
    );
  });

  it('permutes each dimension on its own: they are uncorrelated (n = 400, five standard errors)', () => {
    const points = latinHypercube(400, 3, createRng(8));
    for (const [d, e] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const covariance = points.reduce((sum, p) => sum + (p[d]! - 0.5) * (p[e]! - 0.5), 0) / points.length;
      expect(Math.abs(covariance * 12)).toBeLessThan(5 / Math.sqrt(points.length));
    }
  });

  it('gives the values of a gene equal shares of the architectures where nothing is repaired', () => {
    const { architectures, repairedShare } = smallSpace().sampleLatinHypercube(60, createRng(2));
    expect(repairedShare).toBe(0);
    for (const [gene, values] of [
      ['outChannel0', [2, 4]],
      ['M', [1, 2]],
      ['convBlock1', [1, 3, 4]],
    ] as const) {
      for (const value of values) {
        expect(architectures.filter((a) => a.params[gene] === value)).toHaveLength(60 / values.length);
      }
    }
  });

  it('says how many architectures were shrunk into the limits', () => {
    const space = smallSpace().withLimits({ params: 1500 });
    const free = smallSpace().sampleLatinHypercube(80, createRng(6)).architectures;
    const { architectures, repairedShare } = space.sampleLatinHypercube(80, createRng(6));
    const outside = free.filter((a) => !space.withinLimits(a)).length;
    expect(outside).toBeGreaterThan(0);
    expect(repairedShare).toBe(outside / 80);
    for (const a of architectures) expect(space.withinLimits(a)).toBe(true);
  });

  it('draws those beyond the limits again where asked to, and leaves the others as they are', () => {
    const space = smallSpace().withLimits({ params: 1500 });
    const free = smallSpace().sampleLatinHypercube(80, createRng(6)).architectures;
    const { architectures, repairedShare } = space.sampleLatinHypercube(80, createRng(6), 'redraw');
    const inside = free.map((a) => space.withinLimits(a));
    expect(repairedShare).toBe(inside.filter((within) => !within).length / 80);
    for (const [i, a] of architectures.entries()) {
      expect(space.withinLimits(a)).toBe(true);
      if (inside[i]) expect(a).toEqual(free[i]);
    }
  });

  it('crowds the small end less by drawing again than by shrinking', () => {
    const space = smallSpace().withLimits({ params: 1500 });
    const meanParameters = (architectures: readonly Architecture[]) =>
      architectures.reduce((sum, a) => sum + space.counts(a).parameters, 0) / architectures.length;
    const uniform = meanParameters(Array.from({ length: 2000 }, (_, i) => space.sample(createRng(8, `draw/${i}`))));
    const away = (repair: HypercubeRepair) =>
      Math.abs(meanParameters(space.sampleLatinHypercube(2000, createRng(9), repair).architectures) - uniform);
    expect(away('redraw')).toBeLessThan(away('shrink'));
  });
});
