import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tinyConfig } from '../search/support/tiny-process.js';
import { kirchhoff } from './run-cli.js';

const config = join(mkdtempSync(join(tmpdir(), 'kirchhoff-evaluate-')), 'tiny.json');
writeFileSync(config, JSON.stringify(tinyConfig));

function evaluate(limits: object, ...args: string[]) {
  const set = ['--set', `limits=${JSON.stringify({ avm: 0.99, ...limits })}`];
  return kirchhoff('evaluate', 'resnet-tiny', '--config', config, ...set, ...args);
}

it('names every limit that is broken, or the one that binds', () => {
  const { status, stdout } = evaluate({ params: 15_000, macs: 1e9, cores: 8 });
  expect(status).toBe(0);
  expect(stdout).toMatch(/limits broken +cores 138 %, params 135 %\n/);
  expect(evaluate({ params: 1e6, macs: 1e9 }).stdout).toMatch(/limit that binds +params \d+ %\n/);
  expect(evaluate({ params: 15_000, macs: 1e9 }).stdout).toMatch(/limit that binds +params \d+ %, broken\n/);
  const { binding, limits, seed, backend } = JSON.parse(
    evaluate({ params: 15_000, macs: 1e9, cores: 8 }, '--json').stdout,
  );
  expect(limits.map(({ name }: { name: string }) => name).toSorted()).toEqual(['avm', 'cores', 'macs', 'params']);
  expect([seed, backend]).toEqual([3, expect.stringMatching(/^backend /)]);
  expect(binding).toEqual(limits[0]);
  const shares = limits.map(({ share }: { share: number }) => share);
  expect(shares).toEqual(shares.toSorted((a: number, b: number) => b - a));
});
