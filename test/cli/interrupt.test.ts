import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tinyConfig } from '../search/support/tiny-process.js';
import { program } from './run-cli.js';

it('a search that Ctrl-C stops ends with 1 and says how to carry on', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-interrupt-'));
  const config = join(dir, 'tiny.json');
  writeFileSync(config, JSON.stringify(tinyConfig));
  const results = join(dir, 'results');
  const child = spawn(process.execPath, [program, 'search', config, '--results', results]);
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    if (/^starting run/m.test(told) && !child.killed) child.kill('SIGINT');
  });
  await once(child, 'close');
  const id = /starting run (\S+)/.exec(told)?.[1];
  expect(child.exitCode).toBe(1);
  expect(told).toContain(
    `stopped: the run was interrupted; carry on with: kirchhoff resume ${id} --results ${results}\n`,
  );
});
