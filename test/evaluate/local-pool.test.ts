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
