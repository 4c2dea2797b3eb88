import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Booster, featureTable, xgboostStatus } from '../../src/surrogate/index.js';
import { createRng } from '../../src/tensor/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const status = xgboostStatus();

/** Runs TypeScript that imports from `src/surrogate/xgboost` in a process of its own. */
function runAlone(script: string, environment: Record<string, string> = {}) {
  const options = { encoding: 'utf8', cwd: root, env: { ...process.env, ...environment } } as const;
  const flags = ['--bundle', '--platform=node', '--format=esm', '--packages=external', '--loader=ts'];
  const bundle = spawnSync('node_modules/.bin/esbuild', flags, { ...options, input: script });
  if (bundle.status !== 0) throw new Error(bundle.stderr);
  return spawnSync(process.execPath, ['--input-type=module'], { ...options, input: bundle.stdout });
}

describe.skipIf(!status.available)(`XGBoost through its C API (${status.reason})`, () => {
  const rng = createRng(1, 'table');
  const features = Array.from({ length: 200 }, () => rng.fillUniform(new Float32Array(3), -1, 1));
  const table = featureTable(features, 3);
  const labels = Float32Array.from(features, ([x, y]) => x! + 2 * y! ** 2);

  it('regresses a function to well under its spread', () => {
    const model = Booster.train(table, labels, 100, { objective: 'reg:squarederror', seed: 1 });
    const error = model.predict(table).reduce((sum, value, i) => sum + (value - labels[i]!) ** 2, 0) / labels.length;
    const mean = labels.reduce((sum, value) => sum + value, 0) / labels.length;
    const variance = labels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / labels.length;
    expect(error).toBeLessThan(0.01 * variance);
    expect(model.features).toBe(3);
    model.dispose();
  });

  it('predicts a row alike, alone or in a batch, and after JSON', () => {
    const model = Booster.train(table, labels, 20, { objective: 'rank:pairwise', seed: 1 });
    const together = model.predict(table);
    const copy = Booster.fromBytes(Buffer.from(model.toJson()));
    for (const i of [0, 7, 199]) expect(model.predict(featureTable([features[i]!], 3))[0]).toBe(together[i]);
    expect(copy.predict(table)).toEqual(together);
    expect(model.predict(featureTable([], 3))).toHaveLength(0);
    copy.dispose();
    model.dispose();
  });

  it("turns the library's errors into ours, in one line", () => {
    const refusal = (action: () => unknown) => {
      try {
        action();
      } catch (error) {
        return error;
      }
      throw new Error('was accepted');
    };
    const broken = refusal(() => Booster.fromBytes(new TextEncoder().encode('not a model at all')));
    expect(broken).toMatchObject({ code: 'SURROGATE_INVALID', exitCode: 2 });
    expect(refusal(() => Booster.train(table, labels, 1, { objective: 'no:such' }))).toMatchObject({
      code: 'SURROGATE_INVALID',
      details: { found: expect.stringMatching(/^[^\n]*Unknown objective[^\n]*$/) },
    });
    expect(refusal(() => Booster.train(table, labels.slice(1), 1, {}))).toMatchObject({ code: 'SURROGATE_INVALID' });
  });

  it('refuses rows of another width, which the library would misread', () => {
    const model = Booster.train(table, labels, 2, { objective: 'reg:squarederror' });
    const wide = featureTable([new Float32Array(4)], 4);
    expect(() => model.predict(wide)).toThrow('found:    4 features');
    model.dispose();
    model.dispose();
  });

  it("frees what it takes: of 60 tables of 2 MB in XGBoost's memory, under a quarter is left", () => {
    const big = { values: new Float32Array(250_000).fill(1), rows: 2500, cols: 100 };
    const once = () => {
      const model = Booster.train(big, new Float32Array(2500), 1, { objective: 'reg:squarederror', max_depth: 1 });
      model.predict(big);
      model.dispose();
    };
    for (let i = 0; i < 10; i++) once();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 60; i++) once();
    expect(process.memoryUsage().rss - before).toBeLessThan(30 * 2 ** 20);
  });

  it('writes nothing to stdout or stderr, whether it works or fails', () => {
    const run = runAlone(`
      import { Booster } from './src/surrogate/xgboost/booster.js';
      const table = { values: new Float32Array([1, 2, 3, 4]), rows: 4, cols: 1 };
      for (const objective of ['rank:pairwise', 'reg:squarederror', 'reg:linear']) {
        Booster.train(table, new Float32Array([1, 2, 3, 4]), 5, { objective, unheardOf: 1 }).predict(table);
      }
      try { Booster.train(table, new Float32Array([1]), 5, {}); } catch { process.exitCode = 7; }
    `);
    expect([run.status, run.stdout, run.stderr]).toEqual([7, '', '']);
  });
});

/** Where no koffi can be found: a folder of its own, with everything else in one file. */
function runWithoutKoffi(script: string, folder: string) {
  const file = join(folder, 'bundle.mjs');
  const bundle = spawnSync(
    'node_modules/.bin/esbuild',
    [
      ...['--bundle', '--platform=node', '--format=esm', '--loader=ts', '--external:koffi', `--outfile=${file}`],
      // what CommonJS packages in the bundle call
      "--banner:js=import { createRequire as of } from 'node:module'; const require = of(import.meta.url);",
    ],
    { encoding: 'utf8', cwd: root, input: script },
  );
  if (bundle.status !== 0) throw new Error(bundle.stderr);
  return spawnSync(process.execPath, [file], { encoding: 'utf8', cwd: folder });
}

describe('without koffi, whose binaries are optional dependencies', () => {
  const script = `
    import { createMaker } from './src/surrogate/create-surrogate.js';
    import { xgboostStatus } from './src/surrogate/index.js';
    const table = { values: new Float32Array([1, 2, 3, 4]), rows: 4, cols: 1 };
    const mean = createMaker('gp').fit(table, new Float64Array([1, 2, 3, 4]), 1, 'both').predict(table).mean;
    let refusal;
    try { createMaker('xgboost'); } catch ({ code, details }) { refusal = { code, details }; }
    console.log(JSON.stringify({ rows: mean.length, status: xgboostStatus(), refusal }));`;

  it.each([
    ['that is not installed', null, "Cannot find module 'koffi'"],
    [
      'without a binary',
      'throw new Error("Cannot find the native Koffi module");',
      'Cannot find the native Koffi module',
    ],
  ])('%s, only XGBoost is missing, and says why', (_, koffi, reason) => {
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-koffi-'));
    if (koffi !== null) {
      mkdirSync(join(folder, 'node_modules/koffi'), { recursive: true });
      writeFileSync(join(folder, 'node_modules/koffi/index.js'), koffi);
    }
    const run = runWithoutKoffi(script, folder);
    expect(run.stderr).toBe('');
    const { rows, status: told, refusal } = JSON.parse(run.stdout);
    expect(rows).toBe(4);
    expect(told).toMatchObject({ available: false, version: null, library: null });
    expect(told.reason).toContain(`koffi: ${reason}. Get it: npm install --include=optional`);
    expect(refusal).toMatchObject({
      code: 'SURROGATE_UNAVAILABLE',
      details: { source: 'koffi', found: `koffi: ${reason}`, hint: expect.stringContaining('--include=optional') },
    });
  });
});

describe('xgboostStatus', () => {
  const script = `
    import { xgboost, xgboostStatus } from './src/surrogate/xgboost/library.js';
    let message = '';
    try { xgboost(); } catch (error) { message = error.code + ' ' + error.message; }
    console.log(JSON.stringify({ ...xgboostStatus(), message }));`;

  it('tells why a named library does not load, and does not quietly take another', () => {
    const run = runAlone(script, { XGBOOST_LIBRARY: '/nowhere/libxgboost.so' });
    expect(run.stderr).toBe('');
    const told = JSON.parse(run.stdout) as { available: boolean; reason: string; message: string };
    expect(told.available).toBe(false);
    expect(told.reason).toContain('/nowhere/libxgboost.so');
    expect(told.reason).toContain('npm install xgboost_node');
    expect(told.message).toContain('SURROGATE_UNAVAILABLE');
    expect(told.message).toContain('/nowhere/libxgboost.so');
  });

  it('tells that a library is not XGBoost', () => {
    const libc = process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6';
    const told = JSON.parse(runAlone(script, { XGBOOST_LIBRARY: libc }).stdout) as {
      available: boolean;
      reason: string;
    };
    expect(told.available).toBe(false);
    expect(told.reason).toContain('XGBGetLastError');
  });
});
