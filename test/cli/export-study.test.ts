import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readJournal } from '../interop/optuna/read-journal.js';
import { kirchhoff } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-study-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settings = [
  ...['task.train=40', 'task.validation=20', 'task.test=20', 'search.trials=3', 'search.evaluateTop=3'],
  ...['search.enqueue=[resnet-tiny]', 'search.strategy=random', 'objective=[oneDayAccuracy,macs]'],
  ...['training.digital.epochs=1', 'training.digital.warmupEpochs=0', 'training.hwa.epochs=1'],
  ...['evaluation.repeats=2', 'final.repeats=2', 'final.baseline=null', 'workers=1'],
].flatMap((set) => ['--set', set]);

describe('kirchhoff export --format optuna', () => {
  it('writes the trials of a run, the enqueued one first', { timeout: 120_000 }, () => {
    const search = kirchhoff('search', '--results', folder, '--json', ...settings);
    expect(search.status).toBe(0);
    const { id } = JSON.parse(search.stdout) as { id: string };
    const file = join(folder, 'study.log');
    const { status, stdout } = kirchhoff(
      'export',
      id,
      '--results',
      folder,
      '--format',
      'optuna',
      '--to',
      file,
      '--json',
    );
    expect({ status, answer: JSON.parse(stdout) }).toEqual({ status: 0, answer: { file, trials: 3 } });
    const [study] = readJournal(readFileSync(file, 'utf8'));
    expect(study!.directions).toEqual(['maximize', 'minimize']);
    expect(study!.trials[0]!.params).toMatchObject({ outChannel0: 8, M: 3, convBlock1: 'A', widenFact2: 2 });
    expect(study!.trials.every(({ state, values }) => state === 'complete' && values!.length === 2)).toBe(true);
  });

  it('refuses an unknown run and an unknown format', () => {
    const unknown = kirchhoff('export', 'nosuchrun123', '--results', folder, '--format', 'optuna', '--to', 'x');
    expect(unknown).toMatchObject({ status: 2, stdout: '' });
    expect(unknown.stderr).toContain('There is no run "nosuchrun123"');
    const format = kirchhoff('export', 'nosuchrun123', '--format', 'onnx', '--to', 'x');
    expect(format.status).toBe(2);
    expect(format.stderr).toContain('Allowed choices are tfjs, optuna, fusion');
  });
});
