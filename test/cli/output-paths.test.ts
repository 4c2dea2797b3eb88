import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tinyConfig } from '../search/support/tiny-process.js';
import { kirchhoff, kirchhoffIn } from './run-cli.js';
import { kirchhoffHere } from './run-here.js';

const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-paths-'));
const config = join(dir, 'tiny.json');
const file = join(dir, 'file');
const folder = join(dir, 'folder');
writeFileSync(config, JSON.stringify(tinyConfig));
writeFileSync(file, 'mine');
mkdirSync(folder);
writeFileSync(join(folder, 'notes.txt'), 'mine');

/** What the user reads of a command that must be refused and must leave everything as it was. */
async function refused(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await kirchhoffHere(...args);
  expect({ status, stdout, defect: stderr.includes('please report') }, stderr).toEqual({
    status: 2,
    stdout: '',
    defect: false,
  });
  expect(readdirSync(dir).sort()).toEqual(['file', 'folder', 'tiny.json']);
  expect(readdirSync(folder)).toEqual(['notes.txt']);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  return stderr;
}

const evaluate = ['evaluate', 'resnet-tiny', '--config', config];
const noModels = ['--score', 'none', '--avm', 'none', '--std', 'none'];

/** Commands that write, up to the path; their inputs are missing where the path is what must be looked at first. */
const writers: Record<string, string[]> = {
  evaluate: [...evaluate, '--export'],
  'export tfjs': ['export', 'none', '--to'],
  'export fusion': ['export', 'none', '--format', 'fusion', '--to'],
  'export optuna': ['export', 'none', '--format', 'optuna', '--to'],
  import: ['import', 'none.onnx', '--to'],
  map: ['map', 'resnet8', '--svg'],
  'surrogate fit': ['surrogate', 'fit', '--space', 'resnet-tiny', '--rows', 'none.csv', '--to'],
  'surrogate import': ['surrogate', 'import', '--space', 'resnet-tiny', ...noModels, '--to'],
  'surrogate collect': ['surrogate', 'collect', config, '--to'],
  sweep: ['sweep', '--model', 'none.onnx', '--param', 'forward.outNoise=0', '--to'],
};

describe.each(Object.entries(writers))('%s', (_name, args) => {
  const flag = args.at(-1)!;

  it('refuses a path that cannot be written before it reads anything', async () => {
    const path = join(file, 'below');
    const message = await refused(...args, path);
    expect(message).toContain(`in:       ${flag} ${path}\n  found:    a part of the path is a file`);
    expect(message).toMatch(new RegExp(`try: {6}name another (file|folder) with ${flag}\n`));
  });

  it('refuses an empty path at the flag', async () => {
    expect(await refused(...args, '')).toContain(`argument '' is invalid. found "", accepted is a path`);
  });
});

it.each(['export fusion', 'export optuna'])('%s refuses a folder', async (name) => {
  const message = await refused(...writers[name]!, folder);
  expect(message).toContain('a folder where a file should be');
  expect(message).toContain('try:      name another file with --to');
});

it.each([['search', config], ['resume', 'abc'], ['studio'], ['importance', 'abc']])(
  '%s refuses an empty --results',
  async (...command) => {
    expect(await refused(...command, '--results', '')).toContain("option '--results <folder>' argument '' is invalid");
  },
);

describe('evaluate --export', () => {
  it('refuses what is not an export of its own, and says so in its help', async () => {
    const message = await refused(...evaluate, '--export', folder);
    expect(message).toContain(`in:       --export ${folder}\n  found:    notes.txt\n`);
    expect(message).toContain(`try:      --export ${join(folder, 'network')}`);
    expect(await refused(...evaluate, '--export', file)).toContain(`--export ${file}`);
    expect(kirchhoff('evaluate', '--help').stdout.replaceAll(/\s+/g, ' ')).toContain(
      'a folder that is new, empty, or of an earlier export, which is replaced',
    );
  });

  it('writes into an empty folder, the current one too, and again', () => {
    const own = mkdtempSync(join(tmpdir(), 'kirchhoff-export-'));
    for (const path of ['.', own]) {
      const { status, stderr } = kirchhoffIn(own, ...evaluate, '--export', path);
      expect(status, stderr).toBe(0);
      expect(readdirSync(own).sort()).toEqual(['graph.json', 'model.json', 'model.weights.bin', 'weights.bin']);
    }
  });
});
