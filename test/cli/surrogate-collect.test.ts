import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpace } from '../../src/space/index.js';
import { readMeasuredTable } from '../../src/surrogate/index.js';
import { tinyConfig } from '../search/support/tiny-process.js';
import { kirchhoff, program } from './run-cli.js';

const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-collect-'));
const config = join(dir, 'tiny.json');
writeFileSync(config, JSON.stringify(tinyConfig));

const collect = (to: string, ...flags: string[]): string[] => [
  ...['surrogate', 'collect', config, '--to', join(dir, to), '--architectures', '3', '--repeats', '1'],
  ...flags,
];

/** The rows without the time each took. */
function rows(to: string, file = 'rows.csv'): string[] {
  const lines = readFileSync(join(dir, to, file), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => line.replace(/,[\d.]+,$/, ''));
}

describe('kirchhoff surrogate collect', () => {
  it('writes a row for each architecture, the same after a kill, with one worker and with two', async () => {
    const whole = kirchhoff(...collect('whole', '--workers', '1', '--json'));
    expect(whole.status, whole.stderr).toBe(0);
    expect(JSON.parse(whole.stdout)).toMatchObject({ rows: 3, repeats: 1, failed: 0 });

    const child = spawn(process.execPath, [program, ...collect('killed', '--workers', '2')]);
    child.stderr.on('data', (chunk: Buffer) => {
      if (/^[1-9]\/4/m.test(chunk.toString())) child.kill('SIGKILL');
    });
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');
    expect(rows('killed').length).toBeLessThan(rows('whole').length);
    expect(kirchhoff(...collect('killed', '--workers', '2')).status).toBe(0);
    expect(rows('killed')).toEqual(rows('whole'));
    expect(rows('killed', 'repeats.csv')).toEqual(rows('whole', 'repeats.csv'));
    expect(rows('whole', 'repeats.csv')[1]).not.toBe(rows('whole')[1]);

    const table = readMeasuredTable(join(dir, 'whole', 'rows.csv'), loadSpace('resnet-tiny'), 'oneDayAccuracy');
    expect(table).toMatchObject({ dropped: 0, rows: { length: 3 } });
  });

  it('refuses a folder with the rows of another configuration, and one that cannot be written', () => {
    const other = kirchhoff(...collect('whole', '--set', 'evaluation.repeats=3'));
    expect(other.status).toBe(2);
    expect(other.stderr).toMatch(/The folder holds rows of another collection\.\n.*collection\.json at evaluation/);
    writeFileSync(join(dir, 'file'), '');
    expect(kirchhoff(...collect('file/below')).status).toBe(2);
    expect(existsSync(join(dir, 'file', 'below'))).toBe(false);
  });
});
