import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bestSoFar } from '../../src/benchmark/compare-strategies.js';
import { compareStrategies } from '../../src/benchmark/index.js';
import { parseSearchConfig } from '../../src/search/index.js';
import type { TrialRecord } from '../../src/store/index.js';
import { tinyConfig } from '../search/support/tiny-process.js';

describe('compareStrategies', () => {
  const search = { ...tinyConfig.search, trials: 3 };
  const final = { ...tinyConfig.final, baseline: null };
  const config = parseSearchConfig({ ...tinyConfig, search, final, limits: { ...tinyConfig.limits, avm: 1 } }, 'test');

  it('runs every strategy on every seed with the same number of trials, and sums up', async () => {
    const announced: string[] = [];
    const { trials, runs, summary } = await compareStrategies(config, {
      strategies: ['random', 'regularized-evolution'],
      seeds: [1, 2],
      resultsDir: mkdtempSync(join(tmpdir(), 'kirchhoff-compare-')),
      onRun: (strategy, seed) => announced.push(`${strategy} ${seed}`),
    });
    expect(trials).toBe(3);
    expect(announced).toEqual(['random 1', 'regularized-evolution 1', 'random 2', 'regularized-evolution 2']);
    for (const { best, progress } of runs) {
      expect(progress).toHaveLength(3);
      expect(progress.at(-1)).toBe(best);
      expect([...progress].sort((a, b) => a - b)).toEqual(progress);
    }
    for (const { strategy, mean, std, seeds } of summary) {
      const own = runs.filter((run) => run.strategy === strategy).map(({ best }) => best);
      expect(own).toHaveLength(seeds);
      expect(mean).toBeCloseTo(own.reduce((sum, value) => sum + value, 0) / seeds, 12);
      expect(std).toBeGreaterThanOrEqual(0);
    }
  });

  it('knows no spread over a single seed', async () => {
    const resultsDir = mkdtempSync(join(tmpdir(), 'kirchhoff-compare-'));
    const { summary } = await compareStrategies(config, { strategies: ['random'], seeds: [1], resultsDir });
    expect(summary).toEqual([{ strategy: 'random', mean: expect.any(Number), std: null, seeds: 1 }]);
  });
});

describe('the best of a run', () => {
  const trial = (number: number, mean: number, more: { rung?: number; avm?: number; role?: string } = {}) => {
    const { avm = 0, role = 'search', ...rest } = more;
    const metrics = { analog: [{ seconds: 86_400, mean, std: 0.01, repeats: 2 }], avm };
    return { number, role, name: String(number), metrics, ...rest } as unknown as TrialRecord;
  };

  it('is looked for where the run itself looks: at the highest fidelity and within the limit on the variation', () => {
    const halved = [
      trial(0, 0.9, { rung: 0 }),
      trial(1, 0.5, { rung: 1 }),
      trial(2, 0.95, { rung: 0 }),
      trial(3, 0.6, { rung: 1 }),
    ];
    expect(bestSoFar([...halved, trial(4, 0.99, { role: 'final' })], 1)).toEqual({
      best: 0.6,
      bestStd: 0.01,
      progress: [0, 0.5, 0.5, 0.6],
    });
    const plain = [trial(0, 0.5), trial(1, 0.9, { avm: 0.3 }), trial(2, 0.4)];
    expect(bestSoFar(plain, 0.2)).toEqual({ best: 0.5, bestStd: 0.01, progress: [0.5, 0.5, 0.5] });
    expect(bestSoFar(plain.slice(1, 2), 0.2).best).toBe(0);
  });
});
