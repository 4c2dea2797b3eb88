import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { NetworkComparison } from '../../src/benchmark/index.js';
import { tinyConfig } from '../search/support/tiny-process.js';
import { kirchhoff } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-benchmark-networks-'));
const config = join(folder, 'tiny.json');
writeFileSync(config, JSON.stringify(tinyConfig));
const common = ['--config', config, '--results', join(folder, 'results')];

it('compares networks over seeds, as a table and as JSON, the second time from the cache', () => {
  const args = ['benchmark', 'networks', 'resnet-tiny', 'resnet8', ...common, '--seeds', '1,2'];
  const table = kirchhoff(...args);
  expect(table.status).toBe(0);
  expect(table.stdout).toMatch(/1 day against resnet8/);
  expect(table.stdout).toContain('mean ± standard error over 2 trainings');
  const { stdout, stderr } = kirchhoff(...args, '--json');
  expect(stderr.match(/from the cache/g)).toHaveLength(4);
  const { seeds, summary, measurements } = JSON.parse(stdout) as NetworkComparison;
  expect(seeds).toEqual([1, 2]);
  expect(measurements).toHaveLength(4);
  expect(summary.map(({ name, seeds: n }) => [name, n])).toEqual([
    ['resnet-tiny', 2],
    ['resnet8', 2],
  ]);
});

it.each([
  [['resnet9'], 'There is no baseline called "resnet9"'],
  [['resnte8'], 'try:      resnet8'],
  [[join(folder, 'none.json')], 'none.json'],
  [['net.onnx'], 'kirchhoff evaluate --model net.onnx'],
  [['resnet-tiny', '--seeds', '1,1'], 'accepted are seeds that differ'],
  [['resnet-tiny', '--seeds', '1,x'], 'accepted are whole numbers >= 0'],
])('refuses %j', (args, message) => {
  const { status, stderr } = kirchhoff('benchmark', 'networks', ...args, ...common);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});
