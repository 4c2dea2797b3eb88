import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KirchhoffError } from '../../src/config/index.js';
import { listRuns, RunStore, readRun, type TrialRecord } from '../../src/store/index.js';
import { scratch, start, trialRecord } from './support.js';

function errorOf(action: () => unknown): KirchhoffError {
  try {
    action();
  } catch (error) {
    if (error instanceof KirchhoffError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('RunStore', () => {
  it('gives back what was journalled, in the order of the trial numbers', () => {
    const results = scratch();
    const store = RunStore.create(results, start);
    store.addTrial(trialRecord(2));
    store.addTrial(trialRecord(0, { state: 'failed', metrics: null, reason: 'out of memory' }));
    store.addTrial(trialRecord(1));
    store.update({ state: 'stopped', result: { rows: [] } });
    store.close();

    const record = readRun(results, store.record.id);
    expect(record.trials.map(({ number }) => number)).toEqual([0, 1, 2]);
    expect(record.trials[0]).toMatchObject({ state: 'failed', reason: 'out of memory' });
    expect(record).toMatchObject({ state: 'stopped', config: start.config, notes: start.notes, result: { rows: [] } });
    expect(listRuns(results)).toEqual([{ id: record.id, state: 'stopped', trials: 3 }]);
  });

  it('gives every run an id that can be typed and is no flag', () => {
    const results = scratch();
    const ids = Array.from({ length: 20 }, () => RunStore.create(results, start).record.id);
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[0-9a-z]{12}$/);
  });

  it('keeps every number bit for bit', () => {
    const results = scratch();
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.string(), (mean, reason) => {
        const store = RunStore.create(results, start);
        const base = trialRecord(0, { reason });
        const trial: TrialRecord = {
          ...base,
          metrics: { ...base.metrics!, analog: [{ seconds: 1, mean: mean + 0, std: mean / 3, repeats: 3 }] },
        };
        store.addTrial(trial);
        store.close();
        const [read] = readRun(results, store.record.id).trials;
        expect(read).toEqual(trial);
      }),
      { numRuns: 30 },
    );
  });

  it('opens a run again and carries on', () => {
    const results = scratch();
    const first = RunStore.create(results, start);
    first.addTrial(trialRecord(0));
    first.close();
    const second = RunStore.open(results, first.record.id);
    second.addTrial(trialRecord(1));
    expect(second.trial(0)).toEqual(trialRecord(0));
    expect(second.trial(7)).toBeUndefined();
    second.close();
    expect(readRun(results, first.record.id).trials).toHaveLength(2);
    expect(second.elapsedSeconds).toBeGreaterThan(first.record.elapsedSeconds);
  });

  it('leaves nothing but the journal behind, and sweeps up after a killed write', () => {
    const results = scratch();
    const store = RunStore.create(results, start);
    store.addTrial(trialRecord(0));
    store.close();
    writeFileSync(join(store.folder, '.run.json.99.0.tmp'), '{"half');
    RunStore.open(results, store.record.id).close();
    expect(readdirSync(store.folder)).toEqual(['run.json']);
  });

  it('still reads a file of format 1', () => {
    const record = readRun(fileURLToPath(new URL('./fixtures', import.meta.url)), 'run-format-1');
    expect(record.trials).toHaveLength(2);
    expect(record.trials[1]?.metrics?.analog[1]?.mean).toBe(0.86);
  });
});

it('a run is called as its folder is, also where that was copied or renamed', () => {
  const results = scratch();
  const store = RunStore.create(results, start);
  store.close();
  cpSync(store.folder, join(results, 'copy'), { recursive: true });
  const copy = RunStore.open(results, 'copy');
  expect(copy.record.id).toBe('copy');
  copy.update({ state: 'stopped' });
  copy.close();
  expect(readRun(results, 'copy')).toMatchObject({ id: 'copy', state: 'stopped' });
  expect(readRun(results, store.record.id)).toMatchObject({ id: store.record.id, state: 'running' });
});

describe('refusals', () => {
  it('says so when a journal cannot be read', () => {
    const results = scratch();
    mkdirSync(join(results, 'odd', 'run.json'), { recursive: true });
    expect(() => readRun(results, 'odd')).toThrow('found:    EISDIR');
  });

  it('says which runs there are when one is not found', () => {
    const results = scratch();
    expect(errorOf(() => readRun(results, 'nope')).message).toBe(
      [
        'There is no run "nope".',
        `  in:       ${results}`,
        '  found:    no runs at all',
        '  accepted: the id that a search prints when it starts',
      ].join('\n'),
    );
    const { id } = RunStore.create(results, start).record;
    const error = errorOf(() => RunStore.open(results, 'nope'));
    expect(error.code).toBe('RUN_NOT_FOUND');
    expect(error.details.accepted).toBe(id);
    expect(errorOf(() => readRun(results, `../${id}`)).code).toBe('RUN_NOT_FOUND');
  });

  it('recognises a file cut anywhere, and counts the trials that stand before the cut', () => {
    const results = scratch();
    const store = RunStore.create(results, start);
    for (let number = 0; number < 5; number++) store.addTrial(trialRecord(number));
    store.close();
    const file = join(store.folder, 'run.json');
    const whole = readFileSync(file, 'utf8');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.trimEnd().length - 1 }), (length) => {
        writeFileSync(file, whole.slice(0, length));
        const error = errorOf(() => RunStore.open(results, store.record.id));
        const standing = whole.slice(0, length).split('"finishedAt":"2026-01-01T00:00:00.000Z"}').length - 1;
        expect(error.code).toBe('RUN_DAMAGED');
        expect(error.summary).toBe(`This run.json is not whole: ${standing} finished trials stand before the damage.`);
      }),
    );
    expect(listRuns(results)).toEqual([{ id: store.record.id, state: 'damaged', trials: 0 }]);
  });

  it('names the place of a wrong value, and a newer format', () => {
    const results = scratch();
    const store = RunStore.create(results, start);
    store.addTrial(trialRecord(0));
    store.close();
    const file = join(store.folder, 'run.json');
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.replace('"digitalAccuracy":0.9', '"digitalAccuracy":9'));
    expect(errorOf(() => readRun(results, store.record.id)).details).toMatchObject({
      path: 'trials[0].metrics.digitalAccuracy',
      found: '9',
    });
    writeFileSync(file, whole.replace('"format": 1', '"format": 2'));
    expect(errorOf(() => readRun(results, store.record.id)).summary).toBe(
      'This run was written by a newer version of the program.',
    );
    writeFileSync(file, '[]');
    expect(errorOf(() => readRun(results, store.record.id)).code).toBe('RUN_DAMAGED');
  });

  it('refuses a results folder that cannot be written before anything else happens', () => {
    const folder = scratch();
    writeFileSync(join(folder, 'file'), '');
    const error = errorOf(() => RunStore.create(join(folder, 'file', 'results'), start));
    expect(error.code).toBe('RESULTS_UNWRITABLE');
    expect(error.details.found).toBe('a part of the path is a file, not a folder (ENOTDIR)');
    expect(errorOf(() => RunStore.create(join(folder, 'file'), start)).code).toBe('RESULTS_UNWRITABLE');
  });

  it('says so when the journal cannot be written any more', () => {
    const results = scratch();
    const store = RunStore.create(results, start);
    rmSync(store.folder, { recursive: true });
    writeFileSync(store.folder, 'in the way');
    expect(errorOf(() => store.addTrial(trialRecord(0)))).toMatchObject({ code: 'RESULTS_LOST', exitCode: 1 });
  });
});
