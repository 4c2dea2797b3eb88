import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel, readModelInfo } from '../../src/interop/index.js';
import type { SearchResult } from '../../src/search/index.js';
import { readRun } from '../../src/store/index.js';
import { useBackend } from '../../src/tensor/index.js';
import { type TinyMessage, tinyConfig, tinySearch } from './support/tiny-process.js';
import { scratch } from './support/toy-run.js';

/** A result without the name of its run. */
function content({ id: _id, ...rest }: SearchResult): Omit<SearchResult, 'id'> {
  return rest;
}

/** Ends the process at the n-th message that fits. */
function killAt(n: number, fits: (message: TinyMessage) => boolean) {
  let seen = 0;
  return (message: TinyMessage, child: ChildProcess) => {
    if (fits(message) && ++seen === n) child.kill('SIGKILL');
  };
}

/** Each test starts one or two processes; a busy machine may take its time over them. */
describe('a whole search with the built program', { timeout: 180_000 }, () => {
  let suiteDir: string;
  let whole: SearchResult;

  beforeAll(async () => {
    suiteDir = mkdtempSync(join(tmpdir(), 'kirchhoff-search-'));
    const { result, errors } = await tinySearch(suiteDir, 1, { config: tinyConfig });
    if (result === undefined) throw new Error(`the uninterrupted search failed: ${errors}`);
    whole = result;
  }, 180_000);

  afterAll(() => rmSync(suiteDir, { recursive: true, force: true }));

  it('trains, drifts, and hands over a model that loads', async () => {
    expect(whole.trials).toEqual({ done: 6, failed: 0 });
    const [found, baseline] = whole.rows;
    expect(found).toMatchObject({ role: 'found', rank: 1, reason: null });
    expect(baseline).toMatchObject({ role: 'baseline', name: 'resnet-tiny' });
    expect(found!.measured!.analog.map(({ seconds }) => seconds)).toEqual([1, 86_400, 2_592_000]);
    expect(found!.measured!.params).toBeLessThanOrEqual(tinyConfig.limits.params);
    expect(found!.measured!.macs).toBeLessThanOrEqual(tinyConfig.limits.macs);
    expect(whole.surrogate!.rows).toBe(4);
    expect(existsSync(join(suiteDir, whole.id, 'surrogate', 'card.json'))).toBe(true);

    await useBackend();
    const best = join(suiteDir, whole.id, 'best');
    const model = await loadModel(best);
    expect(model.graph.output).toBeTruthy();
    expect(JSON.parse(readFileSync(join(best, 'architecture.json'), 'utf8'))).toEqual(found!.architecture);
    expect(await readModelInfo(best)).toMatchObject({ task: 'synthetic-shapes', classes: { length: 10 } });
    model.dispose();
    expect(existsSync(join(suiteDir, whole.id, 'run.lock'))).toBe(false);
  });

  it('gives identical results with two workers', async () => {
    const resultsDir = scratch();
    const { result } = await tinySearch(resultsDir, 2, { config: tinyConfig });
    expect(content(result!)).toEqual(content(whole));
    const metrics = (dir: string, id: string) => {
      return readRun(dir, id).trials.map(({ metrics: m }) => ({ ...m, seconds: 0 }));
    };
    expect(metrics(resultsDir, result!.id)).toEqual(metrics(suiteDir, whole.id));
  });

  it.each([
    ['at the start', killAt(1, ({ type }) => type === 'started')],
    ['in a training', killAt(5, ({ type }) => type === 'progress')],
    ['when a trial has just ended', killAt(3, ({ type }) => type === 'trial')],
    ['after the surrogate was fitted', killAt(1, ({ type }) => type === 'surrogate')],
    ['in the final trials', killAt(11, ({ type }) => type === 'batch' || type === 'trial')],
  ])('ends with the same table after SIGKILL %s', async (_moment, kill) => {
    const resultsDir = scratch();
    const killed = await tinySearch(resultsDir, 2, { config: tinyConfig }, kill);
    expect(killed.signal).toBe('SIGKILL');
    rmSync(join(resultsDir, 'cache'), { recursive: true, force: true });
    const journalled = readRun(resultsDir, killed.runId).trials.length;
    const { result, messages, errors } = await tinySearch(resultsDir, 2, { id: killed.runId });
    expect(errors).toBe('');
    expect(content(result!)).toEqual(content(whole));
    expect(messages.filter((m) => m.type === 'trial' && m.from === 'journal')).toHaveLength(journalled);
  });

  it('stops cleanly at Ctrl-C and resumes', async () => {
    const resultsDir = scratch();
    let interrupted = false;
    const stopped = await tinySearch(resultsDir, 1, { config: tinyConfig }, ({ type }, child) => {
      if (type === 'progress' && !interrupted) interrupted = child.kill('SIGINT');
    });
    expect(stopped.messages.at(-1)).toMatchObject({ type: 'error', name: 'AbortError' });
    expect(stopped.errors).toBe('');
    expect(readRun(resultsDir, stopped.runId).state).toBe('stopped');
    const { result } = await tinySearch(resultsDir, 1, { id: stopped.runId });
    expect(content(result!)).toEqual(content(whole));
  });
});
