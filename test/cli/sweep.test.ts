import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kirchhoff } from './run-cli.js';
import { greyFolder, middle, signNetwork } from './support/grey-images.js';

const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-sweep-'));
const data = `cifar10:${greyFolder(dir)}`;
const network = ['--model', signNetwork(dir), '--data', data, '--mean', `${middle},${middle},${middle}`];
const common = [...network, '--std', '0.25,0.25,0.25', '--crossbar', 'ideal', '--repeats', '2'];

interface Point {
  values: Record<string, unknown>;
  analog: { mean: number; seconds: number; values: number[] }[];
}

function sweep(to: string, ...args: string[]): { measured: number; points: Point[] } {
  const { status, stdout, stderr } = kirchhoff('sweep', ...common, '--to', join(dir, to), '--json', ...args);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe('kirchhoff sweep', () => {
  const noise = ['--param', 'forward.is_perfect=false', '--param', 'forward.out_noise=0,0.1,40'];

  it('measures every combination, and accuracy falls to chance where noise drowns the signal', () => {
    const { measured, points } = sweep('noise', ...noise, '--times', '1s,1d');
    expect(measured).toBe(3);
    expect(points.map(({ values }) => values['forward.outNoise'])).toEqual([0, 0.1, 40]);
    expect(points[0]!.analog.map(({ seconds, mean }) => [seconds, mean])).toEqual([
      [1, 1],
      [86_400, 1],
    ]);
    // Two of ten outputs can win; 40 images, 2 programmings: 0.5 within five standard errors.
    expect(points[2]!.analog[0]!.mean).toBeLessThan(0.5 + 5 * Math.sqrt(0.25 / 80));
    for (const file of ['sweep.json', 'sweep.html', 'sweep.svg'])
      expect(existsSync(join(dir, 'noise', file))).toBe(true);
    const page = readFileSync(join(dir, 'noise', 'sweep.html'), 'utf8');
    expect(page).toContain('forward.outNoise');
    expect(page).not.toContain('<script');
  });

  it('takes over the points that are there, measures what is new, and gives the same as at once', () => {
    const again = sweep('noise', ...noise, '--times', '1s,1d');
    expect(again.measured).toBe(0);
    const more = sweep(
      'noise',
      '--param',
      'forward.is_perfect=false',
      '--param',
      'forward.outNoise=0.1,0.2',
      '--times',
      '1s,1d',
    );
    expect(more.measured).toBe(1);
    expect(more.points[0]!.analog).toEqual(again.points[1]!.analog);
    expect(sweep('noise', ...noise, '--times', '1s,1d', '--seed', '9').measured).toBe(3);
  });

  it('keeps the points of another sweep into the same folder', () => {
    expect(sweep('noise', '--param', 'forward.inpRes=6', '--times', '1s,1d').measured).toBe(1);
    expect(sweep('noise', ...noise, '--times', '1s,1d').measured).toBe(0);
  });

  it('refuses settings that are not there and folders of something else before it works', () => {
    const refused = (...args: string[]) => {
      const { status, stdout, stderr } = kirchhoff('sweep', ...common, '--to', join(dir, 'refused'), ...args);
      expect({ status, stdout, stack: /\n\s+at /.test(stderr) }).toEqual({ status: 2, stdout: '', stack: false });
      expect(existsSync(join(dir, 'refused'))).toBe(false);
      return stderr;
    };
    expect(refused('--param', 'forward.outNoize=1')).toMatch(/Did you mean "outNoise"\?.*--param forward\.outNoize=1/s);
    expect(refused('--param', 'forward.outNoise=0', '--param', 'forward.out_noise=0.1,1')).toContain('given twice');
    expect(refused('--param', 'forward.outNoise=0..1:1000000000000')).toContain('at most 10000 points');
    expect(refused('--param', 'forward.outNoise=1', '--times', '1e400')).toContain('at most 1000000000000 s');
    writeFileSync(join(dir, 'sweep.json'), '{}');
    expect(kirchhoff('sweep', ...common, '--to', dir, '--param', 'forward.outNoise=1').stderr).toContain(
      'holds no sweep',
    );
  });
});
