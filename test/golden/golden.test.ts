import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { runGoldenFile } from '../../src/crossbar/golden/run-folder.js';
import { useBackend } from '../../src/tensor/index.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

beforeAll(async () => {
  await useBackend();
});

test.each(files)('%s agrees with AIHWKit 1.1.0', { timeout: 240_000 }, async (name) => {
  const result = await runGoldenFile(`${folder}/${name}`, name);
  expect(result.failures).toEqual([]);
  expect(result.passed).toBeGreaterThan(0);
  expect(result.notBuilt).toBe(0);
});
