import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tinyConfig } from '../search/support/tiny-process.js';
import { kirchhoff } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-benchmark-strategies-'));
const config = join(folder, 'tiny.json');
writeFileSync(config, JSON.stringify({ ...tinyConfig, search: { ...tinyConfig.search, trials: 2 } }));
const command = ['benchmark', 'strategies', config, '--results', join(folder, 'results')];

it('gives no spread over a single seed', () => {
  const { status, stdout } = kirchhoff(...command, '--strategies', 'random', '--seeds', '1');
  expect(status).toBe(0);
  expect(stdout).toMatch(/one seed, so no spread:\n.*\n.*\nrandom +\d+\.\d % +1\n/);
});

it.each([
  [['--strategies', 'random,random'], 'found "random,random", accepted are names that differ'],
  [['--strategies', 'radnom'], 'found "radnom", accepted are evolution, '],
  [['--seeds', '1,1'], 'found "1,1", accepted are seeds that differ'],
])('refuses %j', (args, message) => {
  const { status, stdout, stderr } = kirchhoff(...command, ...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
});
