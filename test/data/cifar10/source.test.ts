import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jpegNote, loadTask } from '../../../src/data/index.js';
import { sharedDir } from '../../support/shared.js';
import { classText, inFolder, records, smallFiles, write } from './fixtures.js';

const load = (data: string, more: { files?: string; train?: number } = {}) =>
  loadTask({ name: 'cifar10', data, seed: 1, ...more });

describe('cifar10', () => {
  it('reads every data_batch file, splits off a fifth, and puts channels last', async () => {
    await inFolder(async (folder) => {
      await write(folder, smallFiles());
      const data = await load(folder);
      expect([data.train.count, data.validation.count, data.test.count]).toEqual([80, 20, 20]);
      expect(data.task.classes).toEqual(classText.trim().split('\n'));
      expect(data.notes).toEqual([]);
      // Each test record i has plane k>>10 at (i * 7 + k * 3 + plane * 50 + 200) & 255; find record 0 by its first byte.
      const size = 3072;
      const at = [...data.test.labels.keys()].find((i) => data.test.pixels[i * size] === 200)!;
      expect(data.test.labels[at]).toBe(0);
      const pixel = (p: number) => [...data.test.pixels.subarray(at * size + 3 * p, at * size + 3 * p + 3)];
      const expected = (p: number) => [0, 1, 2].map((c) => ((c * 1024 + p) * 3 + c * 50 + 200) & 255);
      expect(pixel(0)).toEqual(expected(0));
      expect(pixel(1023)).toEqual(expected(1023));
    });
  });

  it('finds the folder inside an unpacked archive, and does without batches.meta.txt', async () => {
    await inFolder(async (folder) => {
      const { 'batches.meta.txt': _, ...files } = smallFiles();
      await write(join(folder, 'cifar-10-batches-bin'), files);
      expect((await load(folder)).task.classes[3]).toBe('cat');
    });
  });

  it('never mixes lossless files with batches: each is a choice of its own', async () => {
    await inFolder(async (folder) => {
      await write(folder, {
        ...smallFiles(),
        'lossless_train.bin': records(10, 5),
        'lossless_test.bin': records(10, 6),
      });
      expect((await load(folder)).train.count).toBe(80);
      const lossless = await load(folder, { files: 'lossless' });
      expect([lossless.train.count + lossless.validation.count, lossless.test.count]).toEqual([10, 10]);
      await expect(load(folder, { files: 'both' })).rejects.toThrow(/found: +both\n +accepted: batches, lossless$/);
    });
  });

  it.each(['A JPEG re-encode of CIFAR-10.', 'pixels: jpg reencode', 'Two kinds: JPEG re encode and others'])(
    'says so when the README says that the pixels are JPEG: %s',
    async (readme) => {
      await inFolder(async (folder) => {
        await write(folder, { ...smallFiles(), 'README.md': readme });
        expect((await load(folder)).notes).toEqual([jpegNote]);
        await write(folder, { 'lossless_train.bin': records(10), 'lossless_test.bin': records(10) });
        expect((await load(folder, { files: 'lossless' })).notes).toEqual([]);
      });
    },
  );

  it('says which files are expected when the folder is not there, empty or incomplete', async () => {
    await inFolder(async (folder) => {
      const missing = join(folder, 'nowhere');
      await expect(load(missing)).rejects.toThrow(
        `The CIFAR-10 folder does not exist.\n  in:       ${missing}\n  found:    no such folder\n` +
          '  accepted: a folder with data_batch_1.bin (and further data_batch_N.bin), test_batch.bin, batches.meta.txt ' +
          'of the CIFAR-10 binary version\n  try:      kirchhoff data cifar10',
      );
      await expect(load(folder)).rejects.toMatchObject({ code: 'DATA_MISSING', exitCode: 2 });
      await expect(load(folder)).rejects.toThrow(/found: +no \.bin file\n/);
      await write(folder, { 'data_batch_1.bin': records(10) });
      await expect(load(folder)).rejects.toThrow(/found: +data_batch_1\.bin\n/);
    });
  });

  it('refuses a truncated file with its name, its size and what is accepted', async () => {
    await inFolder(async (folder) => {
      await write(folder, { ...smallFiles(), 'data_batch_2.bin': records(5).subarray(0, 10_000) });
      await expect(load(folder)).rejects.toThrow(
        'A CIFAR-10 file is cut short or is not in the binary layout.\n' +
          `  in:       ${join(folder, 'data_batch_2.bin')}\n` +
          '  found:    10000 bytes: 3 records and 781 bytes over\n' +
          '  accepted: a whole number of records of 3073 bytes (1 label, 3,072 pixels), at least one\n' +
          '  try:      fetch the file again, for example with: kirchhoff data cifar10',
      );
      await write(folder, { 'data_batch_2.bin': '' });
      await expect(load(folder)).rejects.toMatchObject({ code: 'DATA_INVALID', details: { found: /^0 bytes/ } });
    });
  });

  it('refuses an impossible label with its record', async () => {
    await inFolder(async (folder) => {
      const bad = records(5);
      bad[2 * 3073] = 10;
      await write(folder, { ...smallFiles(), 'test_batch.bin': bad });
      await expect(load(folder)).rejects.toThrow(/test_batch\.bin at record 2 \(byte 6146\)\n +found: +label 10\n/);
    });
  });

  it('refuses a list of class names of the wrong length', async () => {
    await inFolder(async (folder) => {
      await write(folder, { ...smallFiles(), 'batches.meta.txt': 'cat\ndog\n' });
      await expect(load(folder)).rejects.toThrow(/batches\.meta\.txt\n +found: +2 names\n/);
    });
  });
});

describe.skipIf(!sharedDir)('cifar10 on real images (needs the shared data)', () => {
  const folder = `${sharedDir}/data/cifar-10`;

  it('reads 25,000 JPEG training images and says that they are JPEG', async () => {
    const data = await load(folder, { train: 500 });
    expect([data.train.count, data.validation.count, data.test.count]).toEqual([500, 5000, 10_000]);
    expect(data.notes).toEqual([jpegNote]);
    expect([...data.validation.labels].filter((label) => label === 7)).toHaveLength(500);
    // Channel means of CIFAR-10 as commonly quoted; 500 images have a standard error of about 0.006.
    for (const [c, mean] of [0.4914, 0.4822, 0.4465].entries()) {
      expect(Math.abs(data.normalise.mean[c]! - mean)).toBeLessThan(0.03);
    }
  });

  it('knows the files by checksum even without the README', async () => {
    await inFolder(async (copy) => {
      await write(copy, {
        'data_batch_1.bin': records(10),
        'test_batch.bin': await readFile(join(folder, 'test_batch.bin')),
      });
      expect((await load(copy)).notes).toEqual([jpegNote]);
    });
  });

  it('reads the exact images without that note', async () => {
    const data = await load(folder, { files: 'lossless' });
    expect(data.notes).toEqual([]);
    expect([data.train.count + data.validation.count, data.test.count]).toEqual([6068, 1017]);
  });
});
