import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TabularComparison } from '../../src/benchmark/index.js';
import { kirchhoff } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-benchmark-'));

/** A table over cells of NAS-Bench-201: 3x3 convolutions help, pools hurt; one row has no number, one stands twice. */
function smallTable(): string {
  const cells = Array.from({ length: 300 }, (_, i) =>
    Array.from({ length: 6 }, (_, e) => Math.floor((i * 53) / 5 ** e) % 5),
  );
  const value = (cell: number[]) => 50 + cell.reduce((sum, op, e) => sum + (op === 2 ? 3 + e : op === 4 ? -2 : 0), 0);
  const lines = cells.map((cell) => `"(${cell.join(', ')})",${value(cell)}.0 ± 0.5`);
  const file = join(folder, 'cells.csv');
  writeFileSync(file, ['architecture,accuracy', ...lines, lines[0], '"(4, 4, 4, 4, 4, 4)",unknown', ''].join('\n'));
  return file;
}

const table = smallTable();
const small = ['--target', 'accuracy', '--seeds', '3', '--queries', '30', '--batch', '5'];

it('compares strategies on a table, repeatably, and writes table, picture and data', () => {
  const out = join(folder, 'out');
  const args = ['benchmark', 'search', ...small, '--strategies', 'random,local-search,bayesian', '--json'];
  const { status, stdout } = kirchhoff(...args, '--table', table, '--out', out);
  expect(status).toBe(0);
  const comparison = JSON.parse(stdout) as TabularComparison;
  expect(comparison).toMatchObject({
    rows: 300,
    repeated: 1,
    dropped: 1,
    queries: 30,
    seeds: 3,
    firstSeed: 1,
    batch: 5,
  });
  expect(comparison.contenders.map(({ name }) => name)).toEqual(['random', 'local-search', 'bayesian']);
  for (const { curve, final, finalRegret } of comparison.contenders) {
    expect(curve.mean).toHaveLength(30);
    expect(curve.mean).toEqual([...curve.mean].sort((a, b) => b - a));
    expect(final.every((regret) => regret >= 0)).toBe(true);
    expect(finalRegret.mean).toBeCloseTo(final.reduce((sum, regret) => sum + regret, 0) / 3, 10);
    expect(finalRegret.low).toBeLessThanOrEqual(finalRegret.mean);
  }
  expect(JSON.parse(readFileSync(join(out, 'search.json'), 'utf8'))).toEqual(comparison);
  expect(readFileSync(join(out, 'search.svg'), 'utf8')).toMatch(/^<svg[\s\S]*local-search[\s\S]*<\/svg>\n$/);
  expect(readFileSync(join(out, 'search.md'), 'utf8')).toContain('the best of 300 architectures');
  // the same through the folder
  expect(kirchhoff(...args, '--data', folder).stdout).toBe(stdout);
});

it('shows neither intervals nor who beats whom after a single search each', () => {
  const args = ['benchmark', 'search', ...small, '--strategies', 'random,local-search', '--table', table];
  const { status, stdout } = kirchhoff(...args, '--seeds', '1');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^random +- +\d+\.\d{3} +- +\d+\.\d{3} +-$/m);
  expect(stdout).toContain('1 search each (seed 1), 30 queries');
  expect(stdout).toContain('One search tells nothing of the spread: no interval, and no "beats"');
  expect(kirchhoff(...args, '--seeds', '2').stdout).toContain('"Beats": the intervals do not touch.');
});

it.each([
  [[], 2, 'found:    nothing'],
  [['--table', join(folder, 'none.csv')], 2, 'none.csv'],
  [['--table', table, '--target', 'acuracy'], 2, 'Did you mean "accuracy"?'],
  [['--table', table, '--strategies', 'radnom'], 2, 'accepted are random, '],
  [['--table', table, '--strategies', 'random,random'], 2, 'accepted are names that differ'],
  [['--table', table, '--seeds', '0'], 2, 'a whole number from 1 to 1000'],
  [['--table', table, '--seeds', '1e9'], 2, 'a whole number from 1 to 1000'],
  [['--table', table, '--queries', '1e9'], 2, 'a whole number from 1 to 100000'],
  [['--table', table, '--seed', '9007199254740991'], 2, 'a whole number from 0 to 9007199254739991'],
])('refuses %j', (args, status, message) => {
  const result = kirchhoff('benchmark', 'search', ...args);
  expect(result.status).toBe(status);
  expect(result.stdout).toBe('');
  expect(result.stderr).toContain(message);
  expect(existsSync(join(folder, 'search.json'))).toBe(false);
});
