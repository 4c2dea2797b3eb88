import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeAvailable, nativeReason } from '../support.js';

interface Spec {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
  readonly message: string;
}

/** Specs of tfjs-core 4.22's op tests that pass on its own cpu backend. */
const passingOnCpu = 3473;

let bundlePath: string;
let folder: string;

beforeAll(async () => {
  const { bundle } = (await import(new URL('./bundle.mjs', import.meta.url).href)) as { bundle(): Promise<string> };
  bundlePath = await bundle();
  folder = mkdtempSync(join(tmpdir(), 'kirchhoff-conformance-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function runSpecs(backend: string, isa = ''): Spec[] {
  const resultFile = join(folder, `${backend}-${isa}.json`);
  const run = spawnSync(process.execPath, [bundlePath, backend, resultFile], {
    encoding: 'utf8',
    env: { ...process.env, KIRCHHOFF_ISA: isa },
  });
  expect(run.status, run.stderr).toBe(0);
  return JSON.parse(readFileSync(resultFile, 'utf8')) as Spec[];
}

const failures = (specs: readonly Spec[]): string[] =>
  specs.filter(({ status }) => status !== 'passed').map(({ name, message }) => `${name}: ${message}`);

describe("tfjs-core's op tests", () => {
  it(`pass on cpu: ${passingOnCpu} specs`, () => {
    const specs = runSpecs('cpu');
    expect(failures(specs)).toEqual([]);
    expect(specs.length).toBe(passingOnCpu);
  });

  describe.skipIf(!nativeAvailable)(`on native ${nativeReason}`, () => {
    it.each(['', 'generic'])(`all pass that pass on cpu (KIRCHHOFF_ISA="%s"): ${passingOnCpu} specs`, (isa) => {
      const specs = runSpecs('native', isa);
      expect(failures(specs)).toEqual([]);
      expect(specs.length).toBe(passingOnCpu);
    });
  });
});
