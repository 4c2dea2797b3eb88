import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../config/index.js';

/** Names of files in a folder that belong together: what to train on and what to test on. */
export interface FileChoice {
  readonly train: readonly string[];
  readonly test: string;
}

/** Named choices; the two must never be mixed, since copies of the same images are in both. */
export const fileChoices = ['batches', 'lossless'] as const;

/** Name of a choice of files. */
export type FileChoiceName = (typeof fileChoices)[number];

const expected =
  'data_batch_1.bin (and further data_batch_N.bin), test_batch.bin, batches.meta.txt of the CIFAR-10 binary version';
const hint = 'kirchhoff data cifar10';

/** The folder itself, or `cifar-10-batches-bin` inside it, where the official archive was unpacked there. */
export async function findCifarFolder(folder: string): Promise<{ folder: string; names: string[] }> {
  const names = await list(folder);
  const inner = 'cifar-10-batches-bin';
  if (!names.some((name) => name.endsWith('.bin')) && names.includes(inner)) {
    return { folder: join(folder, inner), names: await list(join(folder, inner)) };
  }
  return { folder, names };
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    return fail(
      'DATA_MISSING',
      missing ? 'The CIFAR-10 folder does not exist.' : 'The CIFAR-10 folder cannot be read.',
      {
        source: folder,
        found: missing ? 'no such folder' : String(cause),
        accepted: `a folder with ${expected}`,
        hint,
      },
      cause,
    );
  }
}

/**
 * The files of a choice that a folder holds.
 *
 * @throws DATA_MISSING listing what is there and what is expected
 */
export function chooseFiles(folder: string, names: readonly string[], choice: FileChoiceName): FileChoice {
  const pattern = choice === 'lossless' ? /^lossless_train.*\.bin$/ : /^data_batch_\d+\.bin$/;
  const test = choice === 'lossless' ? 'lossless_test.bin' : 'test_batch.bin';
  const train = names.filter((name) => pattern.test(name)).sort((a, b) => numberIn(a) - numberIn(b));
  if (train.length === 0 || !names.includes(test)) {
    const present = names.filter((name) => name.endsWith('.bin')).sort();
    fail('DATA_MISSING', 'The folder lacks files of CIFAR-10.', {
      source: folder,
      found: present.length > 0 ? present.join(', ') : 'no .bin file',
      accepted: choice === 'lossless' ? 'lossless_train.bin and lossless_test.bin' : expected,
      hint,
    });
  }
  return { train, test };
}

const numberIn = (name: string) => Number(/\d+/.exec(name)?.[0] ?? 0);

const standardClasses = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

/**
 * The class names from `batches.meta.txt`, or the standard ones where the file is not there.
 *
 * @throws DATA_INVALID when the file does not hold ten names
 */
export async function readClassNames(folder: string, names: readonly string[]): Promise<string[]> {
  if (!names.includes('batches.meta.txt')) return standardClasses;
  const file = join(folder, 'batches.meta.txt');
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length !== standardClasses.length) {
    fail('DATA_INVALID', 'A list of class names has the wrong length.', {
      source: file,
      found: `${lines.length} names`,
      accepted: `${standardClasses.length} names, one per line`,
    });
  }
  return lines.map((line) => line.trim());
}

/** Text of a README beside the data, or an empty one. */
export async function readReadme(folder: string, names: readonly string[]): Promise<string> {
  const name = names.find((candidate) => /^readme(\.(md|txt))?$/i.test(candidate));
  return name === undefined ? '' : readFile(join(folder, name), 'utf8');
}
