import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadChip } from '../../src/chip/index.js';
import { parseSearchConfig } from '../../src/search/index.js';
import { chipFor, loadSpace } from '../../src/space/index.js';
import { readRun } from '../../src/store/index.js';
import { tinyConfig, tinySearch } from './support/tiny-process.js';
import { scratch } from './support/toy-run.js';

const space = loadSpace('resnet-tiny-joint');

it('a search over a joint space measures each candidate on the crossbars that it chooses', {
  timeout: 180_000,
}, async () => {
  const resultsDir = scratch();
  const config = {
    ...tinyConfig,
    space: 'resnet-tiny-joint',
    objective: ['oneDayAccuracy', 'energy'],
    search: { strategy: 'nsga2', population: 2, trials: 3, evaluateTop: 3 },
    surrogate: { kind: 'none' },
    final: { top: 1, baseline: null },
  };
  const { result, errors } = await tinySearch(resultsDir, 2, { config });
  expect(errors).toBe('');
  const { trials } = readRun(resultsDir, result!.id);
  expect(parseSearchConfig(config, 'a').objective).toEqual(['oneDayAccuracy', 'energy']);
  for (const { architecture, metrics } of trials) {
    const chip = chipFor(loadChip('hermes-64'), architecture);
    expect(metrics!.chip.cores).toBe(space.counts(architecture!).cores);
    expect(
      metrics!.chip.energyJoules! / (space.counts(architecture!).coreReads * chip.readModes[0]!.mvmJoules.value),
    ).toBeCloseTo(1, 10);
  }
  expect(result!.front!.members.length).toBeGreaterThan(0);
  expect(result!.notes.join()).toContain('which is an assumption');
  const report = readFileSync(join(resultsDir, result!.id, 'report.html'), 'utf8');
  expect(report).toContain('with figures that rest in part on assumptions');
});
