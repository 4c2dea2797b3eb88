import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/store/index.js';
import { scratch } from './support.js';

describe('writeFileAtomic', () => {
  it('replaces content and leaves no other file', () => {
    const folder = scratch();
    const file = join(folder, 'a.json');
    writeFileAtomic(file, 'one');
    writeFileAtomic(file, new Uint8Array([116, 119, 111]));
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it('leaves the old content and no temporary file when it fails', () => {
    const folder = scratch();
    expect(() => writeFileAtomic(join(folder, 'missing', 'a.json'), 'x')).toThrow('ENOENT');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('shows a whole file whenever its writer is killed', async () => {
    const folder = scratch();
    const file = join(folder, 'a.json');
    const script = join(folder, 'writer.mjs');
    const source = readFileSync(fileURLToPath(new URL('../../src/store/atomic-write.ts', import.meta.url)), 'utf8');
    writeFileSync(
      script,
      `${transformSync(source, { loader: 'ts' }).code}
       for (let i = 0; ; i++) writeFileAtomic(${JSON.stringify(file)}, JSON.stringify(Array(20000).fill(i)));`,
    );
    for (const delay of [3, 11, 27, 41, 60]) {
      const writer = spawn(process.execPath, [script]);
      while (!existsSync(file)) await sleep(2);
      await sleep(delay);
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const values = JSON.parse(readFileSync(file, 'utf8')) as number[];
      expect(values).toHaveLength(20_000);
      expect(new Set(values).size).toBe(1);
    }
  });
});
