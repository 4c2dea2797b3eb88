import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpace } from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';
import { kirchhoff } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-fit-'));
const rows = join(folder, 'rows.csv');
const space = loadSpace('resnet-tiny');
const rng = createRng(1);
const lines = Array.from({ length: 40 }, () => {
  const architecture = space.sample(rng);
  const accuracy = 0.05 * Math.log2(space.counts(architecture).parameters) - rng.uniform() * 0.02;
  return `"${JSON.stringify(architecture.params).replaceAll('"', '""')}",${accuracy},0.02,0.01`;
});
writeFileSync(rows, ['architecture,oneDayAccuracy,avm,std', ...lines].join('\n'));

const request = ['surrogate', 'fit', '--space', 'resnet-tiny', '--kind', 'gp'];

describe('kirchhoff surrogate fit', () => {
  it('writes models and card, and says how good they are', () => {
    const to = join(folder, 'fitted');
    const { status, stdout, stderr } = kirchhoff(...request, '--rows', rows, '--to', to, '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'gp', rows: 40, folder: to });
    const card = JSON.parse(readFileSync(join(to, 'card.json'), 'utf8'));
    expect(card.fit.command).toBe(
      `kirchhoff surrogate fit --space resnet-tiny --rows ${rows} --to ${to} --kind gp --seed 1 --folds 5`,
    );
    expect(card.fit.quality).toEqual(JSON.parse(stdout).quality);
    expect(card).toMatchObject({ inputShape: [32, 32, 3], tile: { rows: 256, cols: 256 } });
    expect(card.heldOutKendallTau).toBe(card.fit.quality.oneDayAccuracy.kendallTau);
  });

  it('takes images and tiles of the rows from flags, else from the collection beside them', () => {
    const collected = mkdtempSync(join(tmpdir(), 'kirchhoff-fit-collected-'));
    const beside = join(collected, 'rows.csv');
    copyFileSync(rows, beside);
    writeFileSync(join(collected, 'collection.json'), JSON.stringify({ task: { side: 16 }, chip: 'generic-512' }));
    const cardOf = (...flags: string[]) => {
      const to = join(collected, 'fitted');
      const { status, stderr } = kirchhoff(...request, '--rows', beside, '--to', to, ...flags);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return JSON.parse(readFileSync(join(to, 'card.json'), 'utf8'));
    };
    expect(cardOf()).toMatchObject({ inputShape: [16, 16, 3], tile: { rows: 512, cols: 512 } });
    const named = cardOf('--side', '24', '--chip', 'hermes-64');
    expect(named).toMatchObject({ inputShape: [24, 24, 3], tile: { rows: 256, cols: 256 } });
    expect(named.fit.command).toContain(`--rows ${beside} --side 24 --chip hermes-64 --to`);
  });

  it('refuses a table that is missing with exit code 2, and writes nothing', () => {
    const to = join(folder, 'nothing');
    const { status, stdout, stderr } = kirchhoff(...request, '--rows', join(folder, 'none.csv'), '--to', to);
    expect({ status, stdout, stack: /\n\s+at /.test(stderr) }).toEqual({ status: 2, stdout: '', stack: false });
    expect(stderr).toContain('none.csv');
    expect(existsSync(to)).toBe(false);
  });
});
