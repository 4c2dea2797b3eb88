import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RunStore, type TrialRecord } from '../../src/store/index.js';
import { liveRun, runLines, studioApp } from '../../src/studio/index.js';
import { metrics, trialRecord } from '../store/support.js';

let resultsDir: string;

beforeEach(() => {
  resultsDir = mkdtempSync(join(tmpdir(), 'run-summary-'));
});

afterEach(() => {
  rmSync(resultsDir, { recursive: true });
});

function createRun(more: Record<string, unknown> = {}): RunStore {
  const config = {
    task: { name: 'synthetic-shapes' },
    space: 'resnet-tiny',
    search: { trials: 6 },
    final: { top: 1, baseline: 'resnet8' },
    ...more,
  };
  return RunStore.create(resultsDir, { version: '0.1.0', config, environment: { node: 'v20' }, notes: [] });
}

/** A measured search trial; figures that a test is about are given. */
function trial(
  number: number,
  { mean = 0.6, avm = 0.02, params = 4_000, repeats = 3, ...more }: Figures & Partial<TrialRecord> = {},
): TrialRecord {
  const analog = [86_400, 30 * 86_400].map((seconds) => ({ seconds, mean, std: repeats === 1 ? 0 : 0.01, repeats }));
  return trialRecord(number, {
    architecture: { space: 'resnet-tiny', params: { width: number } },
    metrics: { ...metrics, analog, avm, params },
    ...more,
  });
}

interface Figures {
  readonly mean?: number;
  readonly avm?: number;
  readonly params?: number;
  readonly repeats?: number;
}

/** What the studio shows of a run with these trials. */
function shown(trials: readonly TrialRecord[], config: Record<string, unknown> = {}) {
  const store = createRun(config);
  for (const each of trials) store.addTrial(each);
  const live = liveRun(resultsDir, store.record.id);
  store.close();
  return live;
}

describe('a run whose process is gone', () => {
  test('was killed, and says how to carry on', async () => {
    const store = createRun();
    const { id } = store.record;
    store.addTrial(trial(0));
    expect(runLines(resultsDir)).toMatchObject([{ id, state: 'running' }]);
    expect(liveRun(resultsDir, id)).toMatchObject({ state: 'running', resume: null });
    // what a process killed at this moment leaves: the journal as it is, and no living holder of the lock
    store.close();
    expect(runLines(resultsDir)).toMatchObject([{ id, state: 'killed' }]);
    const resume = `kirchhoff resume ${id} --results ${resultsDir}`;
    expect(liveRun(resultsDir, id)).toMatchObject({ state: 'killed', resume });
    const report = await studioApp({ resultsDir }).request(`/runs/${id}/report`);
    expect(await report.text()).toContain(`Run ${id} (stopped)`);
  });

  test('is what its journal says where that is not running', () => {
    for (const [state, resumable] of [
      ['stopped', true],
      ['failed', true],
      ['finished', false],
    ] as const) {
      const store = createRun();
      store.update({ state });
      store.close();
      const live = liveRun(resultsDir, store.record.id);
      expect([live.state, live.resume !== null]).toEqual([state, resumable]);
    }
  });
});

test('trials taken over from an earlier run are done beside those that are planned', () => {
  const taken = [0, 1, 2].map((number) => trial(number, { importedFrom: 'earlier' }));
  // 3 taken over, 6 of the search, 1 for the table and its baseline
  expect(shown([...taken, trial(3)])).toMatchObject({ done: 4, planned: 11 });
  expect(shown([trial(0)])).toMatchObject({ done: 1, planned: 8 });
});

describe('the best trial is the one that the run ranks first', () => {
  test('within limits.avm where any is', () => {
    const trials = [trial(0, { mean: 0.5, avm: 0.01 }), trial(1, { mean: 0.8, avm: 0.3 })];
    const live = shown(trials, { limits: { avm: 0.05 } });
    expect(live.bestTrial).toMatchObject({ number: 0, beyondVariation: false });
    expect(live.best).toBe(0.5);
    const unlimited = shown(trials);
    expect(unlimited.bestTrial).toMatchObject({ number: 1 });
    // the stair of the picture keeps to the limit, too
    expect(live.progress).not.toBe(unlimited.progress);
    const none = shown([trial(0, { mean: 0.5, avm: 0.2 }), trial(1, { mean: 0.8, avm: 0.3 })], {
      limits: { avm: 0.05 },
    });
    expect(none.bestTrial).toMatchObject({ number: 0, beyondVariation: true });
  });

  test('by its objective', () => {
    const trials = [trial(0, { mean: 0.5, params: 1_000 }), trial(1, { mean: 0.8 })];
    expect(shown(trials, { objective: 'params' }).bestTrial).toMatchObject({ number: 0 });
  });

  test('at the highest rung', () => {
    const trials = [trial(0, { mean: 0.9, rung: 0 }), trial(1, { mean: 0.5, rung: 1 })];
    expect(shown(trials).bestTrial).toMatchObject({ number: 1 });
  });

  test('by accuracy where the configuration is not understood', () => {
    const trials = [trial(0, { mean: 0.5 }), trial(1, { mean: 0.8 })];
    expect(shown(trials, { objective: 'of a later version' }).bestTrial).toMatchObject({ number: 1 });
  });
});

test('the number of programmings stands beside each spread', () => {
  const live = shown([trial(0, { repeats: 1 })]);
  expect(live.bestTrial).toMatchObject({ repeats: 1 });
  expect(live.latest).toMatchObject([{ repeats: 1 }]);
});

test('the page shows no spread of a single programming and names killed runs', async () => {
  const script = await (await studioApp({ resultsDir }).request('/studio.js')).text();
  const lines = script.split('\n').filter((line) => /^const (percent|spread|named) =/.test(line));
  const { spread, named } = new Function(`${lines.join('\n')}; return { spread, named };`)();
  expect(spread({ mean: 0.135, std: 0, repeats: 1 })).toBe('13.5 %');
  expect(spread({ mean: 0.135, std: 0.01, repeats: 3 })).toBe('13.5 ± 1.0 %');
  expect(spread({ mean: null, std: null, repeats: null })).toBe('–');
  expect([named('killed'), named('running')]).toEqual(['stopped (killed)', 'running']);
});
