import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchResult } from '../../src/search/index.js';
import { readRun } from '../../src/store/index.js';
import { type TinyMessage, tinyConfig, tinySearch } from './support/tiny-process.js';
import { scratch } from './support/toy-run.js';

/** Two objectives on two rungs, which differ in epochs, images and programmings. */
const config = {
  ...tinyConfig,
  objective: ['oneDayAccuracy', 'params'],
  search: {
    strategy: 'nsga2',
    population: 4,
    trials: 9,
    evaluateTop: 3,
    halving: { factor: 2, rungs: 2, of: ['epochs', 'data', 'repeats'] },
  },
  surrogate: { kind: 'none' },
  training: { ...tinyConfig.training, digital: { ...tinyConfig.training.digital, epochs: 2 } },
  evaluation: { ...tinyConfig.evaluation, repeats: 4 },
  final: { top: 1, baseline: null },
};

/** A result without the name of its run. */
function content({ id: _id, ...rest }: SearchResult): Omit<SearchResult, 'id'> {
  return rest;
}

describe('a whole search for two objectives with successive halving', { timeout: 240_000 }, () => {
  let suiteDir: string;
  let whole: SearchResult;

  beforeAll(async () => {
    suiteDir = mkdtempSync(join(tmpdir(), 'kirchhoff-halving-'));
    const { result, errors } = await tinySearch(suiteDir, 1, { config });
    if (result === undefined) throw new Error(`the uninterrupted search failed: ${errors}`);
    whole = result;
  }, 240_000);

  afterAll(() => rmSync(suiteDir, { recursive: true, force: true }));

  it('measures promotions at full fidelity, and its front consists of them', () => {
    const { trials } = readRun(suiteDir, whole.id);
    const promoted = trials.filter(({ rung }) => rung === 1);
    expect(promoted.length).toBeGreaterThan(1);
    for (const { name, metrics } of promoted) {
      const below = trials.find((trial) => trial.rung === 0 && trial.name === name)!;
      expect(below.metrics!.analog[0]!.repeats).toBe(2);
      expect(metrics!.analog[0]!.repeats).toBe(4);
      expect(below.key).not.toBe(trials.find((trial) => trial.rung === 1 && trial.name === name)!.key);
    }
    const members = whole.front!.members.map(({ number }) => number);
    expect(members.length).toBeGreaterThan(0);
    expect(members.every((number) => trials[number]!.rung === 1)).toBe(true);
  });

  it('has the same front with two workers', async () => {
    const { result } = await tinySearch(scratch(), 2, { config });
    expect(content(result!)).toEqual(content(whole));
  });

  it('has the same front after SIGKILL and resume', async () => {
    const resultsDir = scratch();
    let seen = 0;
    const kill = ({ type }: TinyMessage, child: ChildProcess) => {
      if (type === 'trial' && ++seen === 7) child.kill('SIGKILL');
    };
    const killed = await tinySearch(resultsDir, 2, { config }, kill);
    expect(killed.signal).toBe('SIGKILL');
    rmSync(join(resultsDir, 'cache'), { recursive: true, force: true });
    const { result, errors } = await tinySearch(resultsDir, 1, { id: killed.runId });
    expect(errors).toBe('');
    expect(content(result!)).toEqual(content(whole));
  });
});
