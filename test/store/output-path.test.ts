import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireWritableFile, requireWritableFolder } from '../../src/store/index.js';
import { scratch } from './support.js';

const checks = { folder: requireWritableFolder, file: requireWritableFile };

describe.each(['folder', 'file'] as const)('a %s to write to', (kind) => {
  const check = checks[kind];

  it('may be missing with the folders above it, and nothing is left behind', () => {
    const dir = scratch();
    check(join(dir, 'a', 'b', 'c'), '--to');
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is refused below a file, in words', () => {
    const dir = scratch();
    writeFileSync(join(dir, 'blocked'), 'content');
    const path = join(dir, 'blocked', 'below', 'further');
    expect(() => check(path, '--to')).toThrow(
      [
        `The ${kind} for the results cannot be written.`,
        `  in:       --to ${path}`,
        '  found:    a part of the path is a file, not a folder (ENOTDIR)',
        `  accepted: a ${kind} that can be written, or made`,
        `  try:      name another ${kind} with --to`,
      ].join('\n'),
    );
    expect(readdirSync(dir)).toEqual(['blocked']);
  });

  it('is refused below a link that leads nowhere', () => {
    const dir = scratch();
    symlinkSync(join(dir, 'nowhere'), join(dir, 'link'));
    expect(() => check(join(dir, 'link', 'below'), '--to')).toThrow('a path that cannot be created');
  });

  it.skipIf(!existsSync('/proc/self'))('is refused where the system makes nothing', () => {
    expect(() => check('/proc/kirchhoff/results', '--to')).toThrow('cannot be written');
  });
});

it('a folder may stand and hold something, a file may be replaced', () => {
  const dir = scratch();
  writeFileSync(join(dir, 'file'), 'content');
  requireWritableFolder(dir, '--to');
  requireWritableFile(join(dir, 'file'), '--to');
  expect(readdirSync(dir)).toEqual(['file']);
});

it('a file is no folder, and a folder no file', () => {
  const dir = scratch();
  writeFileSync(join(dir, 'file'), 'content');
  mkdirSync(join(dir, 'folder'));
  expect(() => requireWritableFolder(join(dir, 'file'), '--to')).toThrow('a file, not a folder');
  expect(() => requireWritableFile(join(dir, 'folder'), '--to')).toThrow('a folder where a file should be (EISDIR)');
});
