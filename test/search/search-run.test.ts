import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrialSpec } from '../../src/evaluate/index.js';
import type { RunEvent } from '../../src/search/events.js';
import type { SearchResult } from '../../src/search/result.js';
import { RunStore, readRun } from '../../src/store/index.js';
import { conductToy, type Fate, scratch, toyEvaluator, toySetup, toyStore } from './support/toy-run.js';

async function uninterrupted(setup = toySetup(), fate?: Fate): Promise<{ result: SearchResult; resultsDir: string }> {
  const resultsDir = scratch();
  const store = toyStore(setup, resultsDir);
  const result = await conductToy({ setup, store, resultsDir, evaluator: toyEvaluator(fate) });
  store.close();
  return { result, resultsDir };
}

/** A result without the name of its run. */
function content({ id: _id, ...rest }: SearchResult): Omit<SearchResult, 'id'> {
  return rest;
}

describe('a run', () => {
  it('spends its trials, then measures the best and the baseline on the test images', async () => {
    const { result, resultsDir } = await uninterrupted(toySetup({ final: { top: 2 } }));
    const { trials, state } = readRun(resultsDir, result.id);
    expect(state).toBe('finished');
    expect(trials.map(({ role }) => role)).toEqual([...Array(12).fill('search'), 'final', 'final', 'baseline']);
    expect(trials.map(({ round }) => round)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]);
    expect(result.trials).toEqual({ done: 12, failed: 0 });
    expect(result.rows.map(({ role, rank }) => [role, rank])).toEqual([
      ['found', 1],
      ['found', 2],
      ['baseline', 0],
    ]);
    const searched = trials.filter(({ role }) => role === 'search').map(({ metrics }) => metrics!.analog[2]!.mean);
    expect(result.rows[0]!.validation!.mean).toBe(Math.max(...searched));
    expect(result.rows[0]!.measured!.analog[2]!.mean).toBeCloseTo(0.99 * Math.max(...searched), 12);
    expect(result.notes).toContain('toy images');
  });

  it('lets the best be trained in full and compared once more on the validation images', async () => {
    const heard: TrialSpec[] = [];
    const setup = toySetup({ final: { shortlist: 3, top: 2, digitalEpochs: 7, repeats: 9 } });
    const { result, resultsDir } = await uninterrupted(setup, (trial) => {
      heard.push(trial);
      return trial.number < 12 || trial.number > 14 ? {} : { accuracy: [0.2, 0.4, 0.3][trial.number - 12]! };
    });
    const { trials } = readRun(resultsDir, result.id);
    const roles = ['shortlist', 'shortlist', 'shortlist', 'final', 'final', 'baseline'];
    expect(trials.slice(12).map(({ role }) => role)).toEqual(roles);
    const ranked = trials.slice(0, 12).sort((a, b) => b.metrics!.analog[2]!.mean - a.metrics!.analog[2]!.mean);
    expect(trials.slice(12, 15).map(({ name }) => name)).toEqual(ranked.slice(0, 3).map(({ name }) => name));
    expect(result.rows.map(({ name }) => name)).toEqual([trials[13]!.name, trials[14]!.name, 'baseline']);
    expect(result.rows.map(({ validation }) => validation?.mean)).toEqual([0.4, 0.3, undefined]);
    for (const { number, images, digital, evaluation } of heard.slice(12, 15)) {
      expect([number, images, digital.epochs, evaluation.repeats]).toEqual([number, 'validation', 7, 9]);
    }
    expect(result.trials).toEqual({ done: 12, failed: 0 });
  });

  it('orders a shortlist of several objectives by the first one', async () => {
    const setup = toySetup({ objective: ['oneDayAccuracy', 'params'], final: { shortlist: 4, top: 4 } });
    const { result } = await uninterrupted(setup, ({ number }) =>
      number < 12 ? {} : { accuracy: 0.1 + 0.01 * number },
    );
    const found = result.rows.filter(({ role }) => role === 'found');
    expect(found.length).toBeGreaterThan(1);
    const means = found.map(({ validation }) => validation!.mean);
    expect(means).toEqual([...means].sort((a, b) => b - a));
  });

  it('falls back on the order of the search when nothing of the shortlist could be trained', async () => {
    const setup = toySetup({ final: { shortlist: 2 } });
    const { result } = await uninterrupted(setup, ({ number }) =>
      number === 12 || number === 13 ? { fail: 'no' } : {},
    );
    const without = await uninterrupted();
    expect(result.rows).toEqual(without.result.rows);
  });

  it('gives the same result and journal whatever order trials finish in', async () => {
    const plain = await uninterrupted();
    const shuffled = await uninterrupted(toySetup(), ({ number }) => ({ delay: (number * 7) % 11 }));
    expect(content(shuffled.result)).toEqual(content(plain.result));
    const names = ({ result, resultsDir }: typeof plain) => readRun(resultsDir, result.id).trials.map((t) => t.name);
    expect(names(shuffled)).toEqual(names(plain));
  });

  it('ends alike after an interruption at any trial, and runs none twice', async () => {
    const whole = content((await uninterrupted(toySetup({ final: { shortlist: 3, repeats: 9 } }))).result);
    for (let interruption = 1; interruption <= 17; interruption++) {
      const setup = toySetup({ final: { shortlist: 3, repeats: 9 } });
      const resultsDir = scratch();
      const store = toyStore(setup, resultsDir);
      const stop = new AbortController();
      const onEvent = (event: RunEvent) => {
        if (event.type === 'trial' && event.counts.done === interruption) stop.abort();
      };
      const first = toyEvaluator(({ number }) => ({ delay: number % 3 }));
      const run = conductToy({ setup, store, resultsDir, evaluator: first, signal: stop.signal, onEvent });
      const outcome = await run.then(
        () => 'finished',
        (error: Error) => error.name,
      );
      expect(outcome).toBe(interruption === 17 ? 'finished' : 'AbortError');
      store.close();

      const journalled = readRun(resultsDir, store.record.id).trials.map(({ number }) => number);
      rmSync(join(resultsDir, 'cache'), { recursive: true });
      const again = RunStore.open(resultsDir, store.record.id);
      const second = toyEvaluator();
      expect(content(await conductToy({ setup, store: again, resultsDir, evaluator: second }))).toEqual(whole);
      again.close();
      expect(second.heard.filter((number) => journalled.includes(number))).toEqual([]);
      expect([...second.heard, ...journalled].sort((a, b) => a - b)).toEqual([...Array(17).keys()]);
    }
  });

  it('takes from the cache what an earlier run with the same settings has measured', async () => {
    const setup = toySetup();
    const { result, resultsDir } = await uninterrupted(setup);
    const evaluator = toyEvaluator();
    const sources: string[] = [];
    const again = await conductToy({
      setup,
      store: toyStore(setup, resultsDir),
      resultsDir,
      evaluator,
      onEvent: (event) => event.type === 'trial' && sources.push(event.from),
    });
    expect(content(again)).toEqual(content(result));
    // the winner is trained again, for its weights
    expect(evaluator.heard).toEqual([12]);
    expect(sources.filter((from) => from === 'cache')).toHaveLength(13);
  });

  it('goes on after failed trials and says why they failed', async () => {
    const fate: Fate = ({ number }) => (number % 4 === 1 ? { fail: 'worker exited with code: 1' } : {});
    const { result, resultsDir } = await uninterrupted(toySetup(), fate);
    expect(result.trials).toEqual({ done: 9, failed: 3 });
    expect(readRun(resultsDir, result.id).trials[5]).toMatchObject({
      state: 'failed',
      reason: 'worker exited with code: 1',
      attempts: 2,
      metrics: null,
    });
    // number 13 is the baseline
    expect(result.rows[1]).toMatchObject({ role: 'baseline', measured: null, reason: 'worker exited with code: 1' });
  });

  it('gives up when the first trials all fail', async () => {
    const setup = toySetup();
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    const evaluator = toyEvaluator(() => ({ fail: 'no memory' }));
    await expect(conductToy({ setup, store, resultsDir, evaluator })).rejects.toMatchObject({
      code: 'SEARCH_FAILED',
      summary: 'None of the first 4 trials succeeded.',
      details: { found: 'no memory' },
    });
    expect(readRun(resultsDir, store.record.id)).toMatchObject({ state: 'failed', trials: { length: 4 } });
  });

  it('says when the space is exhausted and when no trial keeps the limit on the variation', async () => {
    const { result } = await uninterrupted(toySetup({ search: { trials: 30 }, limits: { avm: 0 } }, 7));
    expect(result.trials.done).toBe(10);
    expect(result.notes).toContain('10 of 30 trials were run: the limits leave no further architectures.');
    const strict = await uninterrupted(toySetup({ limits: { avm: 0 }, search: { strategy: 'random' } }));
    expect(strict.result.notes.at(-1)).toMatch(/^No trial kept its variation within limits.avm = 0; the best is/);
  });

  it('begins no batch once its time is spent, and takes in what the journal has all the same', async () => {
    const setup = toySetup({ search: { maxSeconds: 0.001 } });
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    const planned: number[] = [];
    const result = await conductToy({
      setup,
      store,
      resultsDir,
      evaluator: toyEvaluator(() => ({ delay: 5 })),
      onEvent: (event) => void (event.type === 'trial' && planned.push(event.counts.planned)),
    });
    store.close();
    const measured = result.trials.done;
    expect(measured).toBe(4);
    // those there are, and the two of the final table
    expect(planned).toEqual([3, 4, 5, 6, 6, 6]);
    const again = RunStore.open(resultsDir, result.id);
    const evaluator = toyEvaluator();
    expect((await conductToy({ setup, store: again, resultsDir, evaluator })).trials.done).toBe(measured);
    expect(evaluator.heard).toEqual([]);
  });

  it('finishes a batch that was cut short once its time is spent, whichever of its trials had finished', async () => {
    const setup = toySetup({ search: { maxSeconds: 600 } });
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    const stop = new AbortController();
    // the second batch is 4 to 7: all but its first trial finish before the run is stopped
    const slow = toyEvaluator(({ number }) => ({ delay: number === 4 ? 200 : 0 }));
    const onEvent = (event: RunEvent) => void (event.type === 'trial' && event.trial.number === 7 && stop.abort());
    const run = conductToy({ setup, store, resultsDir, evaluator: slow, signal: stop.signal, onEvent });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    store.close();
    const file = join(resultsDir, store.record.id, 'run.json');
    const spent = { ...JSON.parse(readFileSync(file, 'utf8')), elapsedSeconds: 601 };
    expect(spent.trials.map(({ number }: { number: number }) => number)).toEqual([0, 1, 2, 3, 5, 6, 7]);
    writeFileSync(file, JSON.stringify(spent));
    const again = RunStore.open(resultsDir, store.record.id);
    const { trials, notes } = await conductToy({ setup, store: again, resultsDir });
    again.close();
    expect(trials.done).toBe(8);
    expect(notes).toContain('8 of 12 trials were run: the time was up.');
  });

  it('stops everything else of a batch before it passes on an error', async () => {
    const setup = toySetup();
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    const evaluator = toyEvaluator(({ number }) => ({ delay: number === 1 ? 5 : 40 }));
    const broken = {
      ...evaluator,
      evaluate: async (...args: Parameters<typeof evaluator.evaluate>) => {
        const outcome = await evaluator.evaluate(...args);
        if (args[0].number === 1) throw new Error('the wire is cut');
        return outcome;
      },
    };
    await expect(conductToy({ setup, store, resultsDir, evaluator: broken })).rejects.toThrow('the wire is cut');
    expect(store.record).toMatchObject({ state: 'failed', trials: [] });
    const before = readFileSync(join(store.folder, 'run.json'), 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(readFileSync(join(store.folder, 'run.json'), 'utf8')).toBe(before);
  });

  it('fails with what a listener throws, and can be resumed', async () => {
    const whole = content((await uninterrupted()).result);
    const setup = toySetup();
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    const onEvent = (event: RunEvent) => {
      if (event.type === 'trial' && event.trial.number === 5) throw new Error('the screen is gone');
    };
    await expect(conductToy({ setup, store, resultsDir, onEvent })).rejects.toThrow('the screen is gone');
    store.close();
    expect(readRun(resultsDir, store.record.id).state).toBe('failed');
    const again = RunStore.open(resultsDir, store.record.id);
    expect(content(await conductToy({ setup, store: again, resultsDir }))).toEqual(whole);
    again.close();
  });

  it('stays finished when a listener throws at its result', async () => {
    const setup = toySetup();
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    const onEvent = ({ type }: RunEvent) => {
      if (type === 'finished') throw new Error('the screen is gone');
    };
    await expect(conductToy({ setup, store, resultsDir, onEvent })).rejects.toThrow('the screen is gone');
    store.close();
    const { state, result } = readRun(resultsDir, store.record.id);
    expect(state).toBe('finished');
    expect(result).not.toBeNull();
  });

  it('refuses a journal of another search', async () => {
    const { resultsDir, result } = await uninterrupted();
    const setup = toySetup({ seed: 2 });
    const store = RunStore.open(resultsDir, result.id);
    await expect(conductToy({ setup, store, resultsDir })).rejects.toMatchObject({
      code: 'RUN_DAMAGED',
      details: { path: 'trial 0' },
    });
  });

  it('tells what happens, with the best so far', async () => {
    const setup = toySetup();
    const resultsDir = scratch();
    const events: RunEvent[] = [];
    await conductToy({ setup, store: toyStore(setup, resultsDir), resultsDir, onEvent: (event) => events.push(event) });
    expect(events.map(({ type }) => type).join(' ')).toBe(
      `${Array(3).fill('batch trial trial trial trial').join(' ')} batch trial trial finished`,
    );
    const trials = events.filter((event) => event.type === 'trial');
    expect(trials.map(({ counts }) => counts.done)).toEqual([...Array(14).keys()].map((i) => i + 1));
    expect(trials.every(({ counts }) => counts.planned === 14)).toBe(true);
    const accuracies = trials.slice(0, 12).map(({ trial }) => trial.metrics!.analog[2]!.mean);
    expect(trials[11]!.best!.metrics!.analog[2]!.mean).toBe(Math.max(...accuracies));
  });
});
