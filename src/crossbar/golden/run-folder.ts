import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../config/index.js';
import { tf } from '../../tensor/index.js';
import { goldenFiles } from './files.js';
import {
  type CaseCheck,
  type CaseResult,
  type CheckContext,
  type GoldenCase,
  type Measurement,
  SHARED_INPUTS,
} from './golden-case.js';

/** How one golden file went. */
export interface FileResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** Cases of a file that this version does not check. */
  readonly notBuilt: number;
  /** Largest deviation as a share of the tolerance, over all cases. */
  readonly worst: number;
  readonly failures: readonly CaseResult[];
  /** Why the file is not checked. */
  readonly reason?: string;
  readonly seconds: number;
}

/**
 * Runs every golden file of a folder. A file of an unknown name counts as one failure.
 * @throws DATA_MISSING where the folder does not exist or holds no golden file
 */
export async function runGoldenFolder(
  folder: string,
  onFile: (result: FileResult) => void = () => {},
): Promise<FileResult[]> {
  const results: FileResult[] = [];
  for (const name of goldenNames(folder)) {
    const result = await runGoldenFile(join(folder, name), name);
    results.push(result);
    onFile(result);
  }
  return results;
}

function goldenNames(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    return fail('DATA_MISSING', 'The folder of golden files cannot be read.', { source: folder }, cause);
  }
  const golden = names.filter((name) => name.endsWith('.json')).sort();
  if (golden.length === 0) fail('DATA_MISSING', 'The folder holds no golden files (*.json).', { source: folder });
  return golden;
}

/** Runs one golden file. */
export async function runGoldenFile(path: string, name: string): Promise<FileResult> {
  const start = performance.now();
  const check = goldenFiles[name];
  const cases = casesOf(path);
  const base = { name, passed: 0, failed: 0, notBuilt: 0, worst: 0, failures: [] as CaseResult[] };
  const seconds = () => (performance.now() - start) / 1000;
  if (check === undefined) {
    const unknown = { name, passed: false, worst: Number.POSITIVE_INFINITY, reason: 'a file of unknown kind' };
    return {
      ...base,
      failed: Math.max(1, cases.length),
      worst: unknown.worst,
      failures: [unknown],
      seconds: seconds(),
    };
  }
  if (typeof check === 'string') return { ...base, notBuilt: cases.length, reason: check, seconds: seconds() };
  const shared = cases.find((golden) => golden.name === SHARED_INPUTS);
  const results: CaseResult[] = [];
  for (const golden of cases) {
    if (golden !== shared) results.push(await runCase(golden, check, shared));
  }
  const failures = results.filter((result) => !result.passed);
  return {
    ...base,
    passed: results.length - failures.length,
    failed: failures.length,
    worst: Math.max(0, ...results.map(({ worst }) => worst)),
    failures,
    seconds: seconds(),
  };
}

/** A single record counts as one case. */
function casesOf(path: string): GoldenCase[] {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return (Array.isArray(content) ? content : [content]) as GoldenCase[];
  } catch (cause) {
    return fail('DATA_INVALID', 'A golden file is not valid JSON.', { source: path }, cause);
  }
}

/**
 * Statistical files compare two samples: their tolerances hold for most seeds, not for all (deviations that rest on a
 * handful of rare events above all). A quantity that misses is therefore measured again with other seeds; a wrong formula
 * misses every time, and so does whatever is deterministic.
 */
const ATTEMPTS = 8;

async function runCase(golden: GoldenCase, check: CaseCheck, shared: GoldenCase | undefined): Promise<CaseResult> {
  try {
    let best = await measure(golden, check, { shared, attempt: 0 });
    for (let attempt = 1; attempt < ATTEMPTS && best.some(missed); attempt++) {
      const again = await measure(golden, check, { shared, attempt });
      best = best.map((measurement, i) => (missed(measurement) ? again[i]! : measurement));
    }
    return resultOf(golden.name, best);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name: golden.name ?? 'unnamed', passed: false, worst: Number.POSITIVE_INFINITY, reason };
  }
}

async function measure(golden: GoldenCase, check: CaseCheck, context: CheckContext): Promise<Measurement[]> {
  tf.engine().startScope();
  try {
    return await check(golden, context);
  } finally {
    tf.engine().endScope();
  }
}

function missed({ share }: Measurement): boolean {
  return !(share <= 1);
}

function resultOf(name: string, measurements: readonly Measurement[]): CaseResult {
  if (measurements.length === 0) {
    return { name, passed: false, worst: Number.POSITIVE_INFINITY, reason: 'nothing to compare' };
  }
  const worst = Math.max(0, ...measurements.map(({ share }) => share));
  const misses = measurements.filter(missed);
  if (misses.length === 0) return { name, passed: true, worst };
  const reason = misses.map(({ what, share }) => `${what}: ${share.toPrecision(3)} x tolerance`).join('; ');
  return { name, passed: false, worst, reason };
}
