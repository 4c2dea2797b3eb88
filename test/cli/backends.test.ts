import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { program } from './run-cli.js';

/** Debian's chromium brings SwiftShader, a Vulkan driver for the processor, and the loader that finds it. */
const swiftShader = { folder: '/usr/lib/chromium', driver: '/usr/lib/chromium/vk_swiftshader_icd.json' };
const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-backends-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The quick start, as small as it gets: one network, trained, fine-tuned, programmed, drifted, compared and mapped. */
const tiny = {
  task: { name: 'synthetic-shapes', train: 16, validation: 8, test: 8 },
  space: 'resnet-tiny',
  chip: 'hermes-64',
  crossbar: 'pcm-8bit-256',
  workers: 1,
  limits: { params: 6000, macs: 600_000 },
  search: { strategy: 'random', trials: 1 },
  training: {
    digital: { epochs: 1, batchSize: 8 },
    hwa: { epochs: 1, batchSize: 8, inputRange: { images: 8 } },
  },
  evaluation: { times: ['1d'], repeats: 1 },
  final: { top: 1, repeats: 1, baseline: null },
};

async function quickStart(backend: string, env: Record<string, string> = {}) {
  const config = join(folder, `${backend}.json`);
  writeFileSync(config, JSON.stringify({ ...tiny, backend }));
  const args = [program, 'search', config, '--results', join(folder, backend), '--json'];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  return { status, stdout, stderr };
}

async function expectResult(backend: string, env: Record<string, string> = {}): Promise<void> {
  const { status, stdout, stderr } = await quickStart(backend, env);
  expect(status, stderr).toBe(0);
  expect(stderr).toContain(`backend ${backend} (`);
  expect(stderr).toMatch(/^trial 0: digital training$/m);
  const { rows, trials } = JSON.parse(stdout) as {
    rows: { measured: { analog: { seconds: number }[] } }[];
    trials: object;
  };
  expect(trials).toEqual({ done: 1, failed: 0 });
  expect(rows[0]!.measured.analog.map(({ seconds }) => seconds)).toEqual([86_400]);
}

describe('the quick start, very small, runs from training to the final table', () => {
  it.concurrent.each(['wasm', 'cpu'])('on %s', (backend) => expectResult(backend), 300_000);

  it.skipIf(!existsSync(swiftShader.driver))(
    "on webgpu (skipped where chromium's SwiftShader is not installed)",
    () => expectResult('webgpu', { VK_ICD_FILENAMES: swiftShader.driver, LD_LIBRARY_PATH: swiftShader.folder }),
    300_000,
  );
});
