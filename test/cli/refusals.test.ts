import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kirchhoff } from './run-cli.js';
import { kirchhoffHere } from './run-here.js';

const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-cli-'));
const results = join(dir, 'results');

/** A search that must be refused before it writes anything; returns what the user reads. */
function refused(...args: string[]): string {
  const { status, stdout, stderr } = kirchhoff('search', '--results', results, ...args);
  expect({ status, stdout, stack: /\n\s+at /.test(stderr) }).toEqual({ status: 2, stdout: '', stack: false });
  expect(existsSync(results) ? readdirSync(results).filter((name) => name !== 'cache') : []).toEqual([]);
  return stderr;
}

function file(name: string, text: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

const quickStart = readFileSync(new URL('../../configs/quickstart.yaml', import.meta.url), 'utf8');

describe('what a search refuses', () => {
  it('an unknown key, with the nearest known one', () => {
    const config = file('key.yaml', quickStart.replace('  trials: ', '  trails: '));
    expect(refused(config)).toContain('Unknown key "trails". Did you mean "trials"?\n  in:       ');
  });

  it('a value out of range, an override without a value, a file that is not there, broken YAML', () => {
    expect(refused('--set', 'search.trials=0')).toMatch(
      /in: {7}--set search\.trials=0 at search\.trials\n {2}found: {4}0\n {2}accepted: a value >= 1/,
    );
    expect(refused('--set', 'serach.trials=3')).toMatch(/in: {7}--set serach\.trials=3 at serach/);
    expect(refused('--set', 'search.trials')).toContain('accepted: a.b=c');
    expect(refused(join(dir, 'none.yaml'))).toContain('found:    no such file');
    expect(refused(file('broken.yaml', 'task: [1\nspace'))).toMatch(/broken\.yaml at line \d+, column \d+/);
  });

  it('drift times upside down', () => {
    const message = refused('--set', 'evaluation.times=[1d, 1h]');
    expect(message).toContain('evaluation.times');
  });

  it('a space whose range is upside down, or that is not JSON', () => {
    const space = JSON.parse(readFileSync(new URL('../../search-spaces/resnet-tiny.json', import.meta.url), 'utf8'));
    space.genes.R = { from: 5, to: 2 };
    const upsideDown = refused('--set', `space=${file('upside-down.json', JSON.stringify(space))}`);
    expect(upsideDown).toContain('upside-down.json at genes.R');
    expect(upsideDown).toContain('from <= to must hold, got from=5, to=2');
    expect(refused('--set', `space=${file('text.json', 'not json')}`)).toMatch(
      /text\.json\n {2}found: .*\n {2}accepted: a JSON file/,
    );
  });

  it('a data folder that is missing, and a CIFAR-10 file that is cut short', () => {
    expect(refused('--data', `cifar10:${join(dir, 'nowhere')}`)).toContain('kirchhoff data cifar10');
    const folder = mkdtempSync(join(dir, 'cifar-'));
    writeFileSync(join(folder, 'data_batch_1.bin'), new Uint8Array(3073 * 2 + 100));
    writeFileSync(join(folder, 'test_batch.bin'), new Uint8Array(3073));
    const message = refused('--data', `cifar10:${folder}`);
    expect(message).toContain('data_batch_1.bin');
    expect(message).toContain('6246 bytes');
  });

  it('limits that no architecture meets, with the nearest miss', () => {
    const message = refused('--set', 'limits.params=100');
    expect(message).toMatch(/No architecture of the space "resnet-tiny" meets the limits\.\n.*limits\.params/);
    expect(message).toMatch(/the nearest of \d+ tried has [\d,]+ parameters/);
    expect(message).toMatch(/try: {6}set limits\.params to \d+ or more/);
  });

  it('an unknown backend, by flag and by config', () => {
    expect(refused('--backend', 'cuda')).toContain('accepted: auto, native, wasm, cpu, tensorflow, webgpu');
    expect(refused('--set', 'backend=cuda')).toContain('native');
  });

  it('a results folder that cannot be written', () => {
    const blocked = join(file('a-file', ''), 'results');
    const { status, stderr } = kirchhoff('search', '--results', blocked);
    expect(status).toBe(2);
    expect(stderr).toContain('results folder');
    expect(stderr).toContain(blocked);
  });
});

describe('what other commands refuse', () => {
  it('a run that is not there, and a run.json cut in half', () => {
    const folder = mkdtempSync(join(dir, 'runs-'));
    expect(kirchhoff('resume', 'nosuchrun', '--results', folder)).toMatchObject({ status: 2 });
    const fixture = new URL('../store/', import.meta.url);
    expect(existsSync(fixture)).toBe(true);
    const made = kirchhoff(
      'search',
      '--results',
      folder,
      '--json',
      ...[
        'search.trials=2',
        'task.train=40',
        'task.validation=20',
        'task.test=20',
        'training.digital.epochs=1',
        'training.digital.warmupEpochs=0',
        'training.hwa.epochs=1',
        'evaluation.repeats=2',
        'final.repeats=2',
        'final.baseline=null',
        'search.evaluateTop=2',
      ].flatMap((set) => ['--set', set]),
    );
    expect(made.status).toBe(0);
    const { id, rows } = JSON.parse(made.stdout);
    expect(rows).toHaveLength(1);
    expect(readdirSync(join(folder, id)).sort()).toEqual(expect.arrayContaining(['best', 'report.html', 'run.json']));
    const again = kirchhoff('resume', id, '--results', folder, '--json');
    expect(again.stdout).toBe(made.stdout);
    expect(again.stderr).toContain(`run ${id} had finished already`);

    const exported = join(folder, 'exported');
    expect(kirchhoff('export', id, '--results', folder, '--to', exported, '--json').status).toBe(0);
    expect(readdirSync(exported).sort()).toEqual([
      'architecture.json',
      'graph.json',
      'model.json',
      'model.weights.bin',
      'weights.bin',
    ]);

    const run = join(folder, id, 'run.json');
    const text = readFileSync(run);
    writeFileSync(run, text.subarray(0, text.length / 2));
    const damaged = kirchhoff('resume', id, '--results', folder);
    expect(damaged.status).toBe(2);
    expect(damaged.stderr).toContain('run.json');
    expect(readFileSync(run)).toHaveLength(Math.floor(text.length / 2));
  });

  it('unknown commands and flags, with a guess', () => {
    expect(kirchhoff('serach')).toMatchObject({ status: 2, stderr: expect.stringContaining('Did you mean search?') });
    expect(kirchhoff('search', '--wokers', '2').status).toBe(2);
    expect(kirchhoff('search', '--workers', '0').stderr).toContain('accepted is a whole number from 1 to 256');
    expect(kirchhoff('evaluate', 'resnet9').stderr).toContain('resnet8');
    const { status, stderr } = kirchhoff('evaluate', dir);
    expect(status).toBe(2);
    expect(stderr).toContain(join(dir, 'architecture.json'));
    expect(stderr).toContain(`--model ${dir}`);
  });
});

describe('help', () => {
  const listed = [...kirchhoff('--help').stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map((match) => match[1]!);

  it('lists all commands', () => {
    expect(listed).toHaveLength(14);
    expect(listed.at(-1)).toBe('help');
  });

  it.each(listed.slice(0, -1))('%s has a page of its own with an example', async (command) => {
    const { status, stdout } = await kirchhoffHere('help', command);
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: kirchhoff ${command} `);
    expect(stdout).toMatch(/Examples?:\n {2}\$ kirchhoff/);
  });
});
