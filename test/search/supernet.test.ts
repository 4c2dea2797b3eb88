import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSearchConfig, type SearchResult } from '../../src/search/index.js';
import { checkSample, checkSupernet, supernetNote } from '../../src/search/supernet.js';
import { readRun, type TrialRecord } from '../../src/store/index.js';
import { type TinyMessage, tinyConfig, tinySearch } from './support/tiny-process.js';
import { scratch } from './support/toy-run.js';

const config = {
  ...tinyConfig,
  task: { ...tinyConfig.task, train: 48 },
  search: { strategy: 'random', trials: 4, evaluateTop: 2 },
  surrogate: { kind: 'none' },
  evaluation: {
    ...tinyConfig.evaluation,
    mode: 'supernet',
    supernet: { digitalEpochs: 2, hwaEpochs: 1, subnets: 3, draws: 12, calibrationImages: 32, check: 3 },
  },
  final: { top: 1, baseline: null, repeats: 2 },
};

function content({ id: _id, ...rest }: SearchResult): Omit<SearchResult, 'id'> {
  return rest;
}

describe('a search that inherits weights from a supernet', { timeout: 180_000 }, () => {
  let suiteDir: string;
  let whole: SearchResult;

  beforeAll(async () => {
    suiteDir = mkdtempSync(join(tmpdir(), 'kirchhoff-supernet-'));
    const { result, errors } = await tinySearch(suiteDir, 1, { config });
    if (result === undefined) throw new Error(`the uninterrupted search failed: ${errors}`);
    whole = result;
  }, 180_000);

  afterAll(() => rmSync(suiteDir, { recursive: true, force: true }));

  it('measures candidates without training them, some in full, and the best anew', () => {
    const { trials } = readRun(suiteDir, whole.id);
    expect(trials.map(({ role }) => role)).toEqual([...Array(4).fill('search'), ...Array(3).fill('check'), 'final']);
    expect(whole.supernet).toMatchObject({ architectures: 3 });
    expect(whole.notes.some((note) => note.startsWith('Candidates were measured with weights inherited'))).toBe(true);
    const searched = new Map(trials.slice(0, 4).map((trial) => [trial.name, trial]));
    for (const check of trials.slice(4, 7)) {
      expect(searched.get(check.name)!.key).not.toBe(check.key);
      expect(searched.get(check.name)!.metrics!.params).toBe(check.metrics!.params);
    }
  });

  it('gives identical results with two workers, killed in the training of the supernet and behind it', async () => {
    const bits = (dir: string, id: string) => readFileSync(join(dir, id, 'supernet.bin'));
    let supernetSteps = 0;
    const kills = [
      // the first epoch is kept, the second is under way
      (message: TinyMessage) => message.type === 'supernet' && message.done > 0.4 && supernetSteps++ === 0,
      (message: TinyMessage) => message.type === 'trial' && message.trial.number === 1,
    ];
    const resultsDir = scratch();
    let id: string | undefined;
    for (const fits of kills) {
      const onMessage = (message: TinyMessage, child: ChildProcess) => fits(message) && child.kill('SIGKILL');
      const killed = await tinySearch(resultsDir, 2, id === undefined ? { config } : { id }, onMessage);
      expect(killed.signal).toBe('SIGKILL');
      id ??= killed.runId;
      rmSync(join(resultsDir, 'cache'), { recursive: true, force: true });
    }
    const { result, messages } = await tinySearch(resultsDir, 2, { id: id! });
    expect(content(result!)).toEqual(content(whole));
    expect(bits(resultsDir, id!).equals(bits(suiteDir, whole.id))).toBe(true);
    expect(messages.some(({ type }) => type === 'supernet')).toBe(false); // it was finished before the second kill
  });
});

describe('the configuration of a supernet', () => {
  const least = { task: { name: 'synthetic-shapes' }, space: 'resnet-tiny' };

  it('may be one word', () => {
    const { evaluation } = parseSearchConfig({ ...least, evaluation: 'supernet' }, 'test');
    expect(evaluation).toMatchObject({ mode: 'supernet', repeats: 5, supernet: { sampling: 'sandwich', check: 6 } });
    expect(parseSearchConfig(least, 'test').evaluation.mode).toBe('full');
    expect(() => parseSearchConfig({ ...least, evaluation: 'supernets' }, 'test')).toThrow('evaluation.mode');
  });
});

describe('the check of a supernet', () => {
  const trial = (number: number, mean: number | null): TrialRecord => {
    const analog = [{ seconds: 86_400, mean: mean ?? 0, std: 0, repeats: 1 }];
    return { number, metrics: mean === null ? null : { analog } } as unknown as TrialRecord;
  };
  const inherited = [0.3, 0.5, null, 0.1, 0.4, 0.2].map((mean, number) => trial(number, mean));

  it('takes architectures over all ranks, the best and the last among them', () => {
    expect(checkSample(inherited, 3).map(({ number }) => number)).toEqual([1, 0, 3]);
    expect(checkSample(inherited, 9).map(({ number }) => number)).toEqual([1, 4, 0, 5, 3]);
    expect(checkSample(inherited, 1).map(({ number }) => number)).toEqual([1]);
    expect(checkSample([trial(0, null)], 3)).toEqual([]);
  });

  it('states the rank correlation, and how much of it chance would give', () => {
    const sample = checkSample(inherited, 5);
    const full = [0.8, 0.9, 0.7, 0.6, 0.5].map((mean, i) => trial(i, mean));
    const check = checkSupernet(sample, full)!;
    // 10 pairs, one of them the other way round; variance of tau 2 (2n + 5) / (9 n (n - 1)) = 1/6
    expect(check.kendallTau).toBeCloseTo(0.8, 12);
    expect(check.chanceError).toBeCloseTo(Math.sqrt(1 / 6), 12);
    expect(check.architectures).toBe(5);
    expect(check.inherited).toBeCloseTo(0.3, 12);
    expect(check.full).toBeCloseTo(0.7, 12);
    expect(supernetNote(check)).toContain('0.80 (unrelated figures would have 0.41 by chance)');
    expect(checkSupernet(sample.slice(0, 1), full)).toBe(null);
    expect(checkSupernet(sample, [trial(0, null), ...full.slice(1)])!.architectures).toBe(4);
  });
});
