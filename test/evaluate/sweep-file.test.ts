import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { knownResults, type SweepResult, sweepDocument, sweepFile, writeSweepFiles } from '../../src/evaluate/index.js';

const folderOf = () => mkdtempSync(join(tmpdir(), 'kirchhoff-sweep-file-'));

function point(key: string, mean = 0.5): SweepResult {
  return { values: { key }, key, analog: [{ seconds: 1, mean, std: 0, repeats: 1, values: [mean] }] };
}

/** What a sweep leaves behind at its end. */
function write(folder: string, ...results: SweepResult[]): void {
  writeSweepFiles(folder, { [sweepFile]: sweepDocument({ name: 'net' }, results), 'sweep.html': 'page' });
}

test('keeps the points of sweeps with other settings, apart from those of the last one', () => {
  const folder = folderOf();
  const [a, b, c] = ['a', 'b', 'c'].map((key) => point(key));
  write(folder, a!, b!);
  write(folder, c!);
  expect(knownResults(folder)).toEqual([c, a, b]);
  const file = JSON.parse(readFileSync(join(folder, sweepFile), 'utf8'));
  expect(file).toEqual({ format: 'kirchhoff-sweep', name: 'net', results: [c], earlier: [a, b] });
  expect(readFileSync(join(folder, 'sweep.html'), 'utf8')).toBe('page');
  write(folder, b!, a!);
  expect(knownResults(folder)).toEqual([b, a, c]);
});

test('keeps the points that another sweep writes at the same time', () => {
  const folder = folderOf();
  write(folder, point('mine 1'));
  write(folder, point('theirs 1'));
  write(folder, point('mine 1'), point('mine 2'));
  write(folder, point('theirs 1'), point('theirs 2'));
  const keys = knownResults(folder).map(({ key }) => key);
  expect(keys.sort()).toEqual(['mine 1', 'mine 2', 'theirs 1', 'theirs 2']);
});

test('waits for another process that writes, and gives its own lock back', async () => {
  const folder = folderOf();
  // a living process that takes its lock away after a while
  const script = `const fs = require('fs'); const lock = ${JSON.stringify(join(folder, 'run.lock'))};
    fs.writeFileSync(lock, JSON.stringify({ pid: process.pid, host: require('os').hostname() })); console.log('locked');
    setTimeout(() => fs.rmSync(lock), 300);`;
  const other = spawn(process.execPath, ['-e', script]);
  await once(other.stdout, 'data');
  expect(existsSync(join(folder, 'run.lock'))).toBe(true);
  write(folder, point('a'));
  expect(knownResults(folder)).toEqual([point('a')]);
  expect(readdirSync(folder).sort()).toEqual(['sweep.html', sweepFile]);
});

test('holds every point once, and the new result of a point in place of an old one', () => {
  const folder = folderOf();
  write(folder, point('a', 0.1));
  write(folder, point('a', 0.2), point('a', 0.1), point('b'));
  expect(knownResults(folder)).toEqual([point('a', 0.2), point('b')]);
});

test('reads files without points of other settings, and overwrites nothing that is no sweep', () => {
  const folder = folderOf();
  const file = join(folder, sweepFile);
  writeFileSync(file, JSON.stringify({ format: 'kirchhoff-sweep', results: [point('a')] }));
  expect(knownResults(folder)).toEqual([point('a')]);
  writeFileSync(file, '{}');
  expect(() => write(folder, point('b'))).toThrow('holds no sweep');
  expect(readFileSync(file, 'utf8')).toBe('{}');
});
