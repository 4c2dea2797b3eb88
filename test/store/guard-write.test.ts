import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guardPlace, guardWrite, guardWriteAsync, RunStore } from '../../src/store/index.js';
import { scratch, start } from './support.js';

it('tells refusals of the system in words, with a hint only where one is known', async () => {
  const folder = join(scratch(), 'file');
  writeFileSync(folder, '');
  const refusal = { code: 'RESULTS_LOST', exitCode: 1, details: { source: folder, hint: 'name another folder' } };
  await expect((async () => guardWrite(folder, () => mkdirSync(folder)))()).rejects.toMatchObject(refusal);
  await expect(guardWriteAsync(folder, () => mkdir(folder))).rejects.toMatchObject(refusal);
  await expect(guardWriteAsync(folder, () => mkdir(folder), 'go elsewhere')).rejects.toThrow('go elsewhere');
  const before = { ...refusal, code: 'RESULTS_UNWRITABLE', exitCode: 2 };
  await expect((async () => guardPlace(folder, () => mkdirSync(folder)))()).rejects.toMatchObject(before);
  expect(() => RunStore.create(folder, start)).toThrow('name another folder with --results');
});

it('lets other errors through as they are', async () => {
  const defect = new TypeError('a defect');
  const throwIt = () => {
    throw defect;
  };
  expect(() => guardWrite('x', throwIt)).toThrow(defect);
  await expect(guardWriteAsync('x', async () => throwIt())).rejects.toBe(defect);
});
