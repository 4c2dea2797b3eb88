import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { listRuns } from '../../src/store/index.js';
import { tinyConfig } from '../search/support/tiny-process.js';
import { program } from './run-cli.js';

it('a search whose stderr is closed after its first line carries on to its result', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-closed-'));
  const config = join(dir, 'tiny.json');
  const results = join(dir, 'results');
  writeFileSync(config, JSON.stringify(tinyConfig));
  const child = spawn(process.execPath, [program, 'search', config, '--results', results, '--json']);
  child.stderr.once('data', () => child.stderr.destroy());
  const [stdout, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(status).toBe(0);
  const { id } = JSON.parse(stdout);
  expect(listRuns(results)).toMatchObject([{ id, state: 'finished' }]);
});
