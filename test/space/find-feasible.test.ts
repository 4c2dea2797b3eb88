import { describe, expect, it } from 'vitest';
import { KirchhoffError } from '../../src/config/index.js';
import { findFeasible, loadSpace, requireFeasible } from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';
import { smallDefinition, smallSpace } from './support/spaces.js';

describe('findFeasible', () => {
  it('finds the smallest architecture of a small space, as enumeration does', () => {
    const space = smallSpace();
    const rng = createRng(3);
    const smallest = Math.min(...Array.from({ length: 5000 }, () => space.counts(space.sample(rng)).parameters));
    const { nearest, excess } = findFeasible(space.withLimits({ params: 1 }), createRng(1));
    expect(space.counts(nearest).parameters).toBe(smallest);
    expect(excess).toEqual([{ limit: 'params', value: smallest, bound: 1, ratio: smallest }]);
  });

  it('finds what random draws never hit: the one architecture in 10^18 that meets the limits', () => {
    const space = loadSpace('analognas-cifar10');
    const least = findFeasible(space.withLimits({ params: 1 }), createRng(1)).nearest;
    const tight = space.withLimits({ params: space.counts(least).parameters });
    expect(tight.withinLimits(tight.sample(createRng(5)))).toBe(true);
  }, 20_000);

  it('steps over values of M that a space leaves out', () => {
    const genes = {
      ...smallDefinition.genes,
      ...{ outChannel0: { from: 8, to: 128, step: 4 }, M: [1, 3, 5], R: { from: 1, to: 16 }, B: { from: 1, to: 12 } },
    };
    const space = smallSpace({ genes });
    const least = space.withLimits({ params: 1 });
    const smallest = Array.from({ length: 8 }, (_, seed) => findFeasible(least, createRng(seed), 1).nearest);
    expect(new Set(smallest.map(({ params }) => params.M))).toEqual(new Set([1]));
    expect(new Set(smallest.map((a) => space.hash(a))).size).toBe(1);
  });

  it('ends within seconds on every shipped space, with the nearest miss', () => {
    for (const name of ['analognas-cifar10', 'analognas-vww', 'analognas-kws', 'resnet-tiny']) {
      const started = performance.now();
      expect(() => requireFeasible(loadSpace(name).withLimits({ cores: 1, params: 100 }), createRng(2))).toThrow(
        KirchhoffError,
      );
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });
});

describe('requireFeasible', () => {
  it('says which limit is missed by how much, and what would do', () => {
    const space = smallSpace().withLimits({ params: 100, macs: 1e9 });
    const { nearest } = findFeasible(space, createRng(1));
    const { parameters } = space.counts(nearest);
    let thrown: unknown;
    try {
      requireFeasible(space, createRng(1));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'LIMITS_UNREACHABLE', exitCode: 2 });
    const { message } = thrown as KirchhoffError;
    expect(message).toContain(`${parameters} parameters (${parameters - 100} over the limit`);
    expect(message).toContain('limits.params');
    expect(message).toContain(`set limits.params to ${parameters} or more`);
    expect(message).not.toContain('MACs');
    expect(smallSpace().withLimits({ params: parameters }).sample(createRng(7))).toBeDefined();
  });

  it('is what sampling, mutation and the hypercube end in when nothing meets the limits', () => {
    const free = smallSpace();
    const parent = free.sample(createRng(1));
    const space = free.withLimits({ params: 10 });
    for (const attempt of [
      () => space.sample(createRng(1)),
      () => space.mutate(parent, createRng(1)),
      () => space.crossover(parent, parent, createRng(1)),
      () => space.sampleLatinHypercube(3, createRng(1)),
    ]) {
      expect(attempt).toThrow('No architecture of the space "small" meets the limits.');
    }
  }, 20_000);
});
