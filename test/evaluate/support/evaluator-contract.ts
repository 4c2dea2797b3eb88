import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Evaluator, TrialOutcome, TrialProgress, TrialSpec } from '../../../src/evaluate/index.js';

/** A trial for the toy worker, which reads its deed from the name of the graph. */
export function toyTrial(deed: string, number = 0, seed = number): TrialSpec {
  return { number, seed, graph: { name: deed, nodes: [], output: '' } } as unknown as TrialSpec;
}

function accuracyIn(outcome: TrialOutcome): number | undefined {
  return outcome.state === 'done' ? outcome.metrics.analog[0]?.mean : undefined;
}

/**
 * What every evaluator must hold to. `create` starts one on the toy worker with that many workers; it is closed when
 * the test ends.
 */
export function evaluatorContract(
  name: string,
  create: (workers: number, onProgress?: (progress: TrialProgress) => void) => Evaluator,
): void {
  const start = (workers: number, onProgress?: (progress: TrialProgress) => void): Evaluator => {
    const evaluator = create(workers, onProgress);
    onTestFinished(() => evaluator.close());
    return evaluator;
  };
  const never = new AbortController().signal;
  const marker = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-pool-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return join(folder, 'marker');
  };

  describe(`${name} as an evaluator`, () => {
    it.each([1, 3])('gives each trial its own result with %i workers', async (workers) => {
      const evaluator = start(workers);
      const trials = Array.from({ length: 12 }, (_, i) => toyTrial('slow', i, (i * 37) % 100));
      const results = await Promise.all(trials.map((trial) => evaluator.evaluate(trial, never)));
      expect(results.map(accuracyIn)).toEqual(trials.map(({ seed }) => seed / 100));
      expect(results.every(({ attempts }) => attempts === 1)).toBe(true);
    });

    it.each(['throw-once', 'exit-once'])('starts a trial once more: %s', async (deed) => {
      const result = await start(1).evaluate(toyTrial(`${deed}|${marker()}`, 4, 40), never);
      expect(result).toMatchObject({ attempts: 2, metrics: { analog: [{ mean: 0.4 }] } });
    });

    it.each([
      ['throw', 2, 'no such luck'],
      ['exit', 2, 'worker exited with code: 3'],
      ['refuse', 1, 'The training diverged.'],
    ])('gives up on a trial with the reason, and goes on: %s', async (deed, attempts, reason) => {
      const evaluator = start(2);
      const outcomes = await Promise.all(
        [toyTrial('', 1), toyTrial(deed, 7), toyTrial('', 2), toyTrial('', 3)].map((t) => evaluator.evaluate(t, never)),
      );
      expect(outcomes.map(({ state }) => state)).toEqual(['done', 'failed', 'done', 'done']);
      expect(outcomes[1]).toEqual({ state: 'failed', reason, attempts });
      expect((await evaluator.evaluate(toyTrial('', 9), never)).state).toBe('done');
    });

    it.each(['hang', 'spin'])('stops at a signal, running and waiting trials alike: %s', async (deed) => {
      const stop = new AbortController();
      const heard: TrialProgress[] = [];
      let evaluator!: Evaluator;
      let trials!: Promise<unknown>[];
      await new Promise<void>((started) => {
        evaluator = start(1, (progress) => {
          heard.push(progress);
          started();
        });
        trials = [toyTrial(deed, 0), toyTrial(deed, 1)].map((t) => evaluator.evaluate(t, stop.signal));
      });
      stop.abort(new Error('Ctrl-C'));
      const outcomes = await Promise.allSettled(trials);
      expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.name)).toEqual([
        'AbortError',
        'AbortError',
      ]);
      expect(heard).toEqual([{ trial: 0, stage: 'digital', done: 0 }]);
      expect(accuracyIn(await evaluator.evaluate(toyTrial('', 2, 20), never))).toBe(0.2);
    });

    it('aborts what runs when it is closed', async () => {
      const evaluator = create(1);
      const trial = evaluator.evaluate(toyTrial('hang'), never);
      const [outcome] = await Promise.all([Promise.allSettled([trial]), evaluator.close()]);
      expect((outcome[0] as PromiseRejectedResult).reason.name).toBe('AbortError');
    });
  });
}
