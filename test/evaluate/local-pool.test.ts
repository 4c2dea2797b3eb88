import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { LocalPool } from '../../src/evaluate/index.js';
import { evaluatorContract, toyTrial } from './support/evaluator-contract.js';

const toyWorker = new URL('./support/toy-worker.mjs', import.meta.url);

evaluatorContract('the local pool', (workers, onProgress) => {
  return new LocalPool({ workers, onProgress, workerFile: toyWorker });
});

it('fails a trial, instead of waiting forever, when its worker cannot be loaded', async () => {
  const pool = new LocalPool({ workers: 2, workerFile: pathToFileURL('/no/such/worker.mjs') });
  onTestFinished(() => pool.close());
  const outcome = await pool.evaluate(toyTrial('', 1), new AbortController().signal);
  expect(outcome).toMatchObject({ state: 'failed', reason: expect.stringContaining('Cannot find module') });
});

it('refuses more workers than any machine has cores for', () => {
  expect(() => new LocalPool({ workers: 257, workerFile: toyWorker })).toThrow('from 1 to 256');
});

it.each([0, -1, 1.5, Number.NaN])('refuses to start %d workers or to use so many cores', (count) => {
  const refusal = (path: string, accepted: string) =>
    expect.objectContaining({
      code: 'USAGE',
      details: { path, found: String(count), accepted },
    });
  expect(() => new LocalPool({ workers: count, workerFile: toyWorker })).toThrow(
    refusal('workers', 'a whole number from 1 to 256'),
  );
  expect(() => new LocalPool({ workers: 1, cores: count, workerFile: toyWorker })).toThrow(
    refusal('cores', 'a whole number >= 1'),
  );
});

it('ends all trials, running and waiting, with what its listener throws', async () => {
  const error = new Error('the screen is gone');
  const onProgress = () => {
    throw error;
  };
  const pool = new LocalPool({ workers: 1, onProgress, workerFile: toyWorker });
  onTestFinished(() => pool.close());
  const { signal } = new AbortController();
  const trials = ['hang', 'hang', ''].map((deed, i) => pool.evaluate(toyTrial(deed, i), signal));
  const outcomes = await Promise.allSettled(trials);
  expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason)).toEqual([error, error, error]);
  await expect(pool.evaluate(toyTrial('', 3), signal)).rejects.toBe(error);
});

it.each([
  ['one trial alone', { workers: 2 }, 1, Math.min(2, availableParallelism())],
  ['one trial of one worker, with more cores', { workers: 1, cores: 2 }, 1, Math.min(2, availableParallelism())],
  ['one trial for each worker', { workers: 2 }, 2, 1],
  ['others that wait take no share', { workers: 1, cores: 2 }, 3, Math.min(2, availableParallelism())],
])('gives the idle cores to the trials that run: %s', async (_, options, trials, threads) => {
  const pool = new LocalPool({ ...options, workerFile: toyWorker });
  onTestFinished(() => pool.close());
  const { signal } = new AbortController();
  const first = pool.evaluate(toyTrial('', 0), signal);
  for (let i = 1; i < trials; i++) void pool.evaluate(toyTrial('hang', i), signal).catch(() => {});
  expect(await first).toMatchObject({ metrics: { digitalAccuracy: threads / 10 } });
});
