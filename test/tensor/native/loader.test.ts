import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadNative } from '../../../src/tensor/native/loader.js';
import { kirchhoff } from '../../cli/run-cli.js';
import { nativeAvailable, nativeReason } from '../support.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

async function freshUseBackend() {
  vi.resetModules();
  const { useBackend } = await import('../../../src/tensor/index.js');
  return useBackend;
}

describe('without the native addon', () => {
  it('the next backend serves, and the line says why', async () => {
    vi.stubEnv('KIRCHHOFF_NO_NATIVE', '1');
    const report = await (await freshUseBackend())();
    expect(report.backend).toBe('wasm');
    expect(report.line).toBe(
      'backend wasm (TensorFlow.js in WebAssembly): native: switched off by KIRCHHOFF_NO_NATIVE',
    );
    expect(report.tried.map(({ name, ok }) => [name, ok])).toEqual([
      ['native', false],
      ['wasm', true],
    ]);
  });

  it('naming it is refused with the reason', async () => {
    vi.stubEnv('KIRCHHOFF_NO_NATIVE', '1');
    const useBackend = await freshUseBackend();
    await expect(useBackend({ backend: 'native' })).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', exitCode: 2 });
  });
});

describe.skipIf(!nativeAvailable)(`the native addon ${nativeReason}`, () => {
  const load = loadNative();
  const path = 'path' in load ? load.path : '';

  it('refuses an instruction set that does not exist', () => {
    const run = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(path)})`], {
      encoding: 'utf8',
      env: { ...process.env, KIRCHHOFF_ISA: 'mmx' },
    });
    expect(run.stderr).toContain('KIRCHHOFF_ISA must be avx512, avx2 or generic, got mmx');
  });

  it('lets no other backend serve in its place where an instruction set was asked for', () => {
    vi.stubEnv('KIRCHHOFF_ISA', 'mmx');
    const { status, stdout, stderr } = kirchhoff('evaluate', 'resnet-tiny');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('in:       the environment variable KIRCHHOFF_ISA');
  });

  it('loads in the main thread and in many workers, again and again', async () => {
    const code = `
      const { parentPort } = require('node:worker_threads');
      const addon = require(${JSON.stringify(path)});
      const out = new Float32Array(3);
      addon.unary(Float64Array.of(addon.unaryOps.indexOf('Square'), 3, 0, 0), Float32Array.of(1, 2, 3), out);
      addon.setThreads(Float64Array.of(2));
      parentPort.postMessage([...out]);`;
    const result = () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(code, { eval: true });
        let message: unknown;
        worker.on('message', (value) => {
          message = value;
        });
        worker.on('error', reject);
        worker.on('exit', () => resolve(message));
      });
    for (let round = 0; round < 5; round++) {
      const results = await Promise.all(Array.from({ length: 4 }, result));
      expect(results).toEqual(Array(4).fill([1, 4, 9]));
    }
  });
});

describe('native/install.mjs', () => {
  const install = (prepare: (folder: string) => void, env: Record<string, string> = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-install-'));
    mkdirSync(join(folder, 'native'));
    copyFileSync(join(root, 'native/install.mjs'), join(folder, 'native/install.mjs'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{}');
    prepare(folder);
    const run = spawnSync(process.execPath, ['native/install.mjs'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    rmSync(folder, { recursive: true });
    return run;
  };

  it('ends well with one clear line where nothing can be compiled', () => {
    const run = install(() => {});
    expect(run.status).toBe(0);
    expect(run.stdout.trim().split('\n').length).toBe(1);
    expect(run.stdout).toMatch(
      /^kirchhoff: native engine not built \(.*\); TensorFlow.js in WebAssembly serves instead/,
    );
    expect(run.stdout).toContain('npm run build:native');
  });

  it('names a command that no other script hooks into', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    expect(scripts).toHaveProperty('build:native');
    // npm would run these before and after it
    expect(scripts).not.toHaveProperty('prebuild:native');
    expect(scripts).not.toHaveProperty('postbuild:native');
  });

  it('can be told to leave it', () => {
    expect(install(() => {}, { KIRCHHOFF_SKIP_NATIVE: '1' }).stdout).toContain('KIRCHHOFF_SKIP_NATIVE is set');
  });

  it.skipIf(!nativeAvailable)('compiles nothing where a prebuilt binary fits', () => {
    const run = install((folder) => {
      const target = join(folder, 'prebuilds', `${process.platform}-${process.arch}`);
      mkdirSync(target, { recursive: true });
      const load = loadNative();
      copyFileSync('path' in load ? load.path : '', join(target, 'kirchhoff.node'));
    });
    expect([run.status, run.stdout]).toEqual([0, '']);
  });
});
