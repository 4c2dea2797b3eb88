import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/tensor/index.js';
import { kirchhoff } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-score-'));
const file = join(folder, 'cells.csv');
const rng = createRng(1);
const cells = new Map<string, number>();
while (cells.size < 120) {
  const ops = Array.from({ length: 6 }, () => rng.int(0, 5));
  cells.set(ops.join(', '), ops.filter((op) => op === 2).length);
}
const rows = [...cells].map(([ops, accuracy]) => `"(${ops})",${accuracy} ± 0.1`);
writeFileSync(file, ['architecture,accuracy', ...rows, '"(0, 0, 0, 0, 0, 0)",none'].join('\n'));

const request = ['--space', 'nasbench201', '--train', file, '--test', file, '--target', 'accuracy', '--kind', 'gp'];

describe('kirchhoff surrogate score', () => {
  it('prints one JSON document with the order on rows that were held out', () => {
    const { status, stdout, stderr } = kirchhoff('surrogate', 'score', ...request, '--train-rows', '80', '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ kind: 'gp', trainRows: 80, testRows: 40, dropped: { train: 1, test: 1 } });
    // edges that lead nowhere count in the target and are invisible to the surrogate
    expect(report.kendallTau).toBeGreaterThan(0.4);
    expect(report.crossValidated.folds).toBe(5);
    expect(report.seenRows).toBe(0);
    expect(report.unseenFeatures.rows).toBeLessThanOrEqual(40);
  });

  it('leaves rows of fitted architectures out of the test, and tells those with new features apart', () => {
    const twice = join(folder, 'twice.csv');
    const equal = ['"(0, 1, 2, 1, 1, 1)",1', '"(3, 1, 2, 1, 1, 4)",1'];
    writeFileSync(twice, ['architecture,accuracy', equal[0], ...rows, ...rows.slice(0, 7), equal[1]].join('\n'));
    const again = request.with(3, twice).with(5, twice);
    const { status, stdout } = kirchhoff('surrogate', 'score', ...again, '--train-rows', '81', '--folds', '0');
    expect(status).toBe(0);
    expect(stdout).toMatch(/41 test rows\s+0\.\d{3}/);
    expect(stdout).toMatch(/\d+ of them with features that were not fitted\s+0\.\d{3}/);
    expect(stdout).toContain('7 test rows of architectures that are fitted were left out');
  });

  it('prints a table for people', () => {
    const { status, stdout } = kirchhoff('surrogate', 'score', ...request, '--train-rows', '80', '--folds', '0');
    expect(status).toBe(0);
    expect(stdout).toContain('gp, accuracy, fitted on 80 rows');
    expect(stdout).toMatch(/40 test rows\s+0\.\d{3}/);
    expect(stdout).toContain('without a number were dropped');
  });

  it('refuses what it cannot read, with exit code 2 and no stack', () => {
    const refused = (...args: string[]): string => {
      const { status, stdout, stderr } = kirchhoff('surrogate', 'score', ...args);
      expect({ status, stdout, stack: /\n\s+at /.test(stderr) }).toEqual({ status: 2, stdout: '', stack: false });
      return stderr;
    };
    expect(refused(...request.with(7, 'acuracy'))).toContain('Did you mean "accuracy"?');
    expect(refused(...request.with(3, join(folder, 'none.csv')))).toContain('none.csv');
    expect(refused(...request.with(9, 'forest'))).toContain('xgboost, gp, mlp, blend');
    expect(refused(...request, '--train-rows', '120')).toContain('Too few rows to test on');
    expect(refused(...request.slice(0, 6))).toContain('--target');
  });
});
