import { describe, expect, it } from 'vitest';
import { compareOnTable, contenders, regretPlot } from '../../src/benchmark/index.js';
import { meanInterval, studentT } from '../../src/benchmark/tabular/interval.js';
import { regretOf } from '../../src/benchmark/tabular/play.js';
import type { Tabular } from '../../src/benchmark/tabular/tabular.js';
import { RandomSearch } from '../../src/search/index.js';
import { listedSpace, loadSpace } from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';

describe('the interval of a mean', () => {
  it.each([
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [5, 2.5706],
    [10, 2.2281],
    [49, 2.0096],
  ])("Student's t of %i degrees of freedom", (degrees, expected) => {
    expect(studentT(degrees) / expected).toBeCloseTo(1, 2);
  });

  it('holds the true mean in 95 of 100 cases', () => {
    const rng = createRng(3, 'interval');
    const cases = 2000;
    let held = 0;
    for (let i = 0; i < cases; i++) {
      const { low, high } = meanInterval(Array.from({ length: 8 }, () => rng.normal(2, 3)));
      if (low! <= 2 && 2 <= high!) held++;
    }
    expect(Math.abs(held / cases - 0.95)).toBeLessThan(5 * Math.sqrt((0.95 * 0.05) / cases));
  });

  it('of one value does not exist', () => {
    expect(meanInterval([4])).toEqual({ mean: 4, low: null, high: null });
  });
});

describe('a listed space', () => {
  const whole = loadSpace('nasbench201');
  const rng = createRng(1, 'cells');
  const cells = Array.from({ length: 400 }, () => whole.sample(rng));
  const space = listedSpace(whole, cells);
  const listed = new Set(cells.map((cell) => whole.hash(cell)));

  it('hands out listed architectures only, whatever is asked of it', () => {
    const draws = createRng(2, 'draws');
    let parent = space.sample(draws);
    for (let i = 0; i < 200; i++) {
      const child = space.mutate(parent, draws, (['depth', 'width', 'other'] as const)[i % 3]);
      expect(whole.hash(child)).not.toBe(whole.hash(parent));
      for (const a of [
        child,
        space.sample(draws),
        space.crossover(parent, child, draws),
        ...space.neighbours(parent),
      ]) {
        expect(listed.has(whole.hash(a))).toBe(true);
        expect(space.withinLimits(a)).toBe(true);
      }
      parent = child;
    }
    const { architectures, repairedShare } = space.sampleLatinHypercube(100, draws);
    expect(architectures.every((a) => listed.has(whole.hash(a)))).toBe(true);
    // 400 cells of 15,625 are listed: almost no point of a hypercube is
    expect(repairedShare).toBeGreaterThan(0.9);
    expect(space.size()).toBe(BigInt(listed.size));
  });

  it('says the same of an architecture as the whole space', () => {
    for (const cell of cells.slice(0, 20)) {
      expect(space.encodeExtended(cell)).toEqual(whole.encodeExtended(cell));
      expect(space.hash(cell)).toBe(whole.hash(cell));
      expect(space.counts(cell)).toEqual(whole.counts(cell));
    }
    const stranger = [...Array(50)].map(() => whole.sample(rng)).find((cell) => !listed.has(whole.hash(cell)))!;
    expect(space.withinLimits(stranger)).toBe(false);
    expect(space.hash(stranger)).toBe(whole.hash(stranger));
  });

  it('keeps to the limits of the space, and refuses when nothing is left', () => {
    const macs = cells.map((cell) => whole.counts(cell).macs).sort((a, b) => a - b);
    const limited = space.withLimits({ macs: macs[40]! });
    const draws = createRng(5, 'limited');
    for (let i = 0; i < 50; i++) expect(whole.counts(limited.sample(draws)).macs).toBeLessThanOrEqual(macs[40]!);
    expect(() => space.withLimits({ macs: 1 })).toThrow('no listed architecture');
  });

  const measured: Tabular['valueOf'] = (a) => whole.counts(a).macs;
  const best = Math.max(...cells.map(measured));
  const table: Tabular = {
    space,
    target: 'macs',
    rows: listed.size,
    dropped: 0,
    repeated: 0,
    best,
    valueOf: measured,
  };

  it('ranks no strategy by a single search, and gives intervals from two on', async () => {
    const request = {
      contenders: contenders.filter(({ name }) => /^(random|local-search)$/.test(name)),
      queries: 8,
      firstSeed: 1,
      batch: 4,
    };
    const single = await compareOnTable(table, { ...request, seeds: 1 });
    // two single searches end apart, which is chance and no order
    expect(new Set(single.contenders.map(({ finalRegret }) => finalRegret.mean)).size).toBe(2);
    for (const { finalRegret, curve, beats } of single.contenders) {
      expect(finalRegret).toMatchObject({ low: null, high: null });
      expect(curve).toMatchObject({ low: null, high: null });
      expect(beats).toEqual([]);
    }
    expect(regretPlot(single)).toContain('regret on macs, a single search each');
    const twice = await compareOnTable(table, { ...request, seeds: 2 });
    for (const { finalRegret, curve } of twice.contenders) {
      expect(finalRegret.low).toBeLessThan(finalRegret.mean);
      expect(curve.high).toHaveLength(8);
    }
    expect(regretPlot(twice)).toContain('mean and 95 % interval of 2 searches');
  });

  it('lets random search reach no regret by asking for everything', () => {
    const strategy = new RandomSearch({ space, admits: () => true, avmLimit: 1, rng: createRng(1) });
    const regret = regretOf(strategy, table, 600, 7);
    expect(regret[listed.size - 1]).toBe(0);
    expect(regret[599]).toBe(0);
    expect([...regret]).toEqual([...regret].sort((a, b) => b - a));
    expect(regret[0]).toBeGreaterThan(0);
  });
});
