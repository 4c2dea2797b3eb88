import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder } from '../../src/config/index.js';

const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-folder-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('makes a folder and those above it, and leaves one that exists', () => {
  const folder = join(dir, 'a/b/c');
  makeFolder(folder);
  writeFileSync(join(folder, 'kept'), '');
  makeFolder(folder);
  expect(statSync(join(folder, 'kept')).isFile()).toBe(true);
});

it('throws the reason of the system', () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow(/EEXIST/);
  expect(() => makeFolder(join(file, 'below'))).toThrow(/ENOTDIR/);
});

it.skipIf(!existsSync('/proc/self'))('returns where a folder that exists refuses others with ENOENT', () => {
  expect(() => makeFolder('/proc/nope/below')).toThrow(/ENOENT/);
});
