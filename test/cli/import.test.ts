import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { kirchhoff } from './run-cli.js';
import { greyFolder, middle, signNetwork } from './support/grey-images.js';

const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-import-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const onnx = signNetwork(dir);
const folder = join(dir, 'sign');

describe('kirchhoff import', () => {
  it('makes a folder of an ONNX file that evaluate and map take, normalisation included', () => {
    const channels = (value: number) => `${value},${value},${value}`;
    const flags = ['--mean', channels(middle), '--std', channels(0.25)];
    const { status, stdout } = kirchhoff('import', onnx, '--to', folder, ...flags, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'sign',
      folder,
      parameters: 40,
      normalise: { std: [0.25, 0.25, 0.25] },
    });
    const quick = ['--times', '1s', '--repeats', '1', '--crossbar', 'ideal', '--json'];
    const evaluated = kirchhoff('evaluate', '--model', folder, '--data', `cifar10:${greyFolder(dir)}`, ...quick);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ digitalAccuracy: 1, analog: [{ mean: 1 }] });
    expect(JSON.parse(kirchhoff('map', folder, '--json').stdout)).toMatchObject({ cores: 1 });
  });

  it('writes over an earlier export as a whole, and over nothing else; export does the same', () => {
    const to = join(dir, 'again');
    expect(kirchhoff('import', onnx, '--to', to).status).toBe(0);
    writeFileSync(join(to, 'architecture.json'), '{}');
    const copy = join(dir, 'copy');
    expect(JSON.parse(kirchhoff('export', to, '--to', copy, '--json').stdout).files).toContain('architecture.json');
    expect(kirchhoff('export', to, '--to', to)).toMatchObject({ status: 2 });
    expect(kirchhoff('import', onnx, '--to', to).status).toBe(0);
    expect(existsSync(join(to, 'architecture.json'))).toBe(false);
    const own = join(dir, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'model.json'), '{"my": "model"}');
    for (const args of [
      ['import', onnx],
      ['export', to],
    ]) {
      expect(kirchhoff(...args, '--to', own)).toMatchObject({ status: 2, stderr: expect.stringContaining(own) });
    }
    expect(readFileSync(join(own, 'model.json'), 'utf8')).toBe('{"my": "model"}');
  });

  it('is evaluated on the crossbars that its folder names, unless others are asked for', () => {
    const trained = join(dir, 'trained');
    expect(kirchhoff('import', onnx, '--to', trained).status).toBe(0);
    const graphFile = join(trained, 'graph.json');
    const document = JSON.parse(readFileSync(graphFile, 'utf8'));
    // noise that drowns every output
    document.about.crossbar = { forward: { outNoise: 50 } };
    writeFileSync(graphFile, JSON.stringify(document));
    const flags = ['--data', `cifar10:${greyFolder(dir)}`, '--mean', '.5,.5,.5', '--std', '.25,.25,.25'];
    const run = (...more: string[]) =>
      kirchhoff('evaluate', '--model', trained, ...flags, '--times', '1s', '--repeats', '1', '--json', ...more);
    const own = run();
    expect(own.stderr).toContain('on the crossbars that the network was trained for');
    expect(JSON.parse(own.stdout).crossbar).toContain(trained);
    const other = run('--crossbar', 'ideal');
    expect(other.stderr).not.toContain('trained for');
    expect(JSON.parse(other.stdout)).toMatchObject({ crossbar: 'ideal', analog: [{ mean: 1 }] });
    expect(JSON.parse(own.stdout).analog[0].mean).toBeLessThan(1);
  });

  it('takes conductances to a Fusion chip and back', () => {
    const csv = join(dir, 'fusion.csv');
    const exported = kirchhoff('export', folder, '--format', 'fusion', '--to', csv, '--json');
    expect({ status: exported.status, answer: JSON.parse(exported.stdout) }).toEqual({
      status: 0,
      answer: { file: csv, layers: 1 },
    });
    expect(readFileSync(csv, 'utf8').split('\n')[1]).toBe('AnalogLinear');
    const to = join(dir, 'measured');
    const { status, stdout } = kirchhoff('import', csv, '--model', folder, '--to', to, '--json');
    expect(status).toBe(0);
    // The network's own normalisation goes along.
    expect(JSON.parse(stdout)).toMatchObject({ normalise: { mean: [middle, middle, middle] } });
    expect(existsSync(join(to, 'weights.bin'))).toBe(true);
  });

  it('refuses what it cannot read before it writes', () => {
    const refused = (...args: string[]) => {
      const { status, stdout, stderr } = kirchhoff('import', ...args, '--to', join(dir, 'never'));
      expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: '' });
      expect(existsSync(join(dir, 'never'))).toBe(false);
      return stderr;
    };
    const cut = join(dir, 'cut.onnx');
    writeFileSync(cut, readFileSync(onnx).subarray(0, 200));
    expect(refused(cut)).toMatch(/cut short.*cut\.onnx/s);
    expect(refused(join(dir, 'none.onnx'))).toContain('There is no such network.');
    expect(refused(dir)).toContain('A folder cannot be imported.');
    expect(refused(onnx, '--mean', '.5')).toContain('both --mean and --std');
    expect(refused(onnx, '--model', onnx)).toContain('not those of this network');
    expect(refused(onnx, '--g-max', '50')).toContain('a number from 10 to 40');
    expect(kirchhoff('import', '--help').stdout).toContain('kirchhoff import resnet20.onnx --to resnet20');
  });
});
