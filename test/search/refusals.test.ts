import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KirchhoffError } from '../../src/config/index.js';
import { collectRows, evaluateArchitecture, parseSearchConfig, resumeRun, runSearch } from '../../src/search/index.js';
import { isLocked, listRuns, lockRun, RunStore } from '../../src/store/index.js';
import { tinyConfig } from './support/tiny-process.js';
import { scratch } from './support/toy-run.js';

async function refusal(change: object, resultsDir = scratch()): Promise<KirchhoffError> {
  const config = parseSearchConfig({ ...tinyConfig, ...change }, 'run.yaml');
  const began = performance.now();
  const error = await runSearch(config, { resultsDir }).then(
    () => {
      throw new Error('the search was not refused');
    },
    (reason: KirchhoffError) => reason,
  );
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(error.exitCode).toBe(2);
  return error;
}

describe('a search that cannot work is refused before anything is written', () => {
  it.each([
    ['an unknown backend', { backend: 'tpu' }, 'BACKEND_UNKNOWN', 'auto, native'],
    ['an unknown space', { space: 'resnet-tinny' }, 'SPACE_INVALID', 'resnet-tiny'],
    ['an unknown chip', { chip: 'hermes' }, 'CHIP_INVALID', 'hermes-64'],
    ['an unknown crossbar', { crossbar: 'pcm' }, 'CROSSBAR_INVALID', 'pcm-8bit-256'],
    ['an unknown baseline', { final: { baseline: 'resnet9' } }, 'GRAPH_INVALID', 'resnet8'],
    ['a baseline for other images', { final: { baseline: 'ds-cnn' } }, 'CONFIG_INVALID', '32x32x3 to 10'],
    ['a space for other images', { space: 'analognas-kws' }, 'CONFIG_INVALID', 'images of'],
    ['a missing data folder', { task: { name: 'cifar10', data: '/no/such/folder' } }, 'DATA_MISSING', ''],
    ['a missing surrogate', { surrogate: { warmStart: '/no/such/folder' } }, 'SURROGATE_INVALID', ''],
  ])('%s', async (_case, change, code, accepted) => {
    const resultsDir = join(scratch(), 'results');
    const error = await refusal(change, resultsDir);
    expect(error.code).toBe(code);
    expect(error.details.accepted ?? '').toContain(accepted);
    expect(existsSync(resultsDir)).toBe(false);
  });

  it.each([
    [{ params: 100 }, 'limits.params', 'parameters'],
    [{ cores: 1 }, 'limits.cores', 'cores'],
    [{ latency: 1e-9 }, 'limits.latency', 'the nearest needs'],
    [{ energy: 1e-15 }, 'limits.energy', 'the nearest needs'],
  ])('limits that no architecture meets, with the nearest miss: %j', async (limits, path, found) => {
    const error = await refusal({ limits });
    expect(error.code).toBe('LIMITS_UNREACHABLE');
    expect(error.details.path).toBe(path);
    expect(error.details.found).toContain(found);
    expect(error.details.hint).toContain(`set ${path} to`);
  });

  it('rungs that round to the same, and a spread of a single programming', async () => {
    const once = { training: { digital: { epochs: 1 }, hwa: { epochs: 1 } } };
    const halving = { factor: 2, rungs: 3, of: ['epochs', 'repeats'] };
    const rungs = await refusal({ ...once, search: { ...tinyConfig.search, halving } });
    expect(rungs).toMatchObject({ code: 'CONFIG_INVALID', details: { path: 'search.halving' } });
    // of 64 images a 16th and an 8th are both 16, the fewest there may be
    const images = { factor: 2, rungs: 5, of: ['data'] };
    const few = await refusal({ ...once, search: { ...tinyConfig.search, halving: images } });
    expect(few.details.found).toBe('rungs 0 and 1, both with 16 images');
    for (const objective of ['spread', ['params', 'accuracyOverSpread']]) {
      const spread = await refusal({ objective, evaluation: { ...tinyConfig.evaluation, repeats: 1 } });
      expect(spread).toMatchObject({ code: 'CONFIG_INVALID', details: { path: 'evaluation.repeats', found: '1' } });
    }
  });

  it('a folder into which rows are being collected, or whose record is damaged', async () => {
    const config = parseSearchConfig(tinyConfig, 'run.yaml');
    const to = scratch();
    const collect = () => collectRows(config, { to, architectures: 1 });
    const unlock = lockRun(to);
    await expect(collect()).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    unlock();
    writeFileSync(join(to, 'collection.json'), '{');
    await expect(collect()).rejects.toMatchObject({
      code: 'CONFIG_SYNTAX',
      details: { source: expect.stringContaining('collection.json') },
    });
    expect(isLocked(to)).toBe(false);
  });

  it('a results folder that cannot be written', async () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    expect((await refusal({}, file)).code).toBe('RESULTS_UNWRITABLE');
  });

  it('a run that does not exist, is cut in half, or whose images have changed', async () => {
    const resultsDir = scratch();
    await expect(resumeRun('nope', { resultsDir })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    const store = RunStore.create(resultsDir, {
      version: '0',
      config: { ...parseSearchConfig(tinyConfig, 'a') },
      environment: { setup: 'other' },
      notes: [],
    });
    store.close();
    const { id } = store.record;
    await expect(resumeRun(id, { resultsDir })).rejects.toMatchObject({
      code: 'RUN_DAMAGED',
      summary: expect.stringContaining('have changed since this run began'),
    });
    const file = join(store.folder, 'run.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 300));
    await expect(resumeRun(id, { resultsDir })).rejects.toMatchObject({ code: 'RUN_DAMAGED' });
    expect(readdirSync(store.folder)).toEqual(['run.json']);
  });

  it.each([0, -1, 1.5, Number.NaN])('%d workers', async (workers) => {
    const config = parseSearchConfig(tinyConfig, 'run.yaml');
    const resultsDir = join(scratch(), 'results');
    const refusal = {
      code: 'USAGE',
      details: { path: 'workers', found: String(workers), accepted: 'a whole number from 1 to 256' },
    };
    await expect(runSearch(config, { resultsDir, workers })).rejects.toMatchObject(refusal);
    await expect(runSearch({ ...config, workers }, { resultsDir })).rejects.toMatchObject(refusal);
    await expect(resumeRun('nope', { resultsDir, workers })).rejects.toMatchObject(refusal);
    const collection = { to: resultsDir, architectures: 4, workers };
    await expect(collectRows(config, collection)).rejects.toMatchObject(refusal);
    expect(existsSync(resultsDir)).toBe(false);
  });

  it('an architecture that is no point of the space', async () => {
    const config = parseSearchConfig(tinyConfig, 'a');
    const architecture = { space: 'resnet-tiny', params: { M: 9 } };
    await expect(evaluateArchitecture(config, architecture)).rejects.toMatchObject({ code: 'ARCHITECTURE_INVALID' });
  });
});

describe('a search whose listener throws at the start', () => {
  it('fails with what was thrown, and gives its lock back', async () => {
    const resultsDir = scratch();
    const config = parseSearchConfig(tinyConfig, 'run.yaml');
    const onEvent = () => {
      throw new Error('the screen is gone');
    };
    await expect(runSearch(config, { resultsDir, workers: 1, onEvent })).rejects.toThrow('the screen is gone');
    const [run] = listRuns(resultsDir);
    expect(run).toMatchObject({ state: 'failed', trials: 0 });
    expect(isLocked(join(resultsDir, run!.id))).toBe(false);
    // a run that failed says so until work on it begins again
    await expect(resumeRun(run!.id, { resultsDir, workers: 1, onEvent })).rejects.toThrow('the screen is gone');
    expect(listRuns(resultsDir)).toEqual([run]);
    expect(isLocked(join(resultsDir, run!.id))).toBe(false);
  });
});
