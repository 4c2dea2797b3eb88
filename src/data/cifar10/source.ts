import { join } from 'node:path';
import { fail } from '../../config/index.js';
import type { ImagePool, TaskSource } from '../task.js';
import {
  chooseFiles,
  type FileChoiceName,
  fileChoices,
  findCifarFolder,
  readClassNames,
  readReadme,
} from './folder.js';
import { provenanceNotes } from './provenance.js';
import { cifarShape, type RecordFile, readRecords, selectRecords } from './records.js';

/** CIFAR-10 in its binary layout: every data_batch_N.bin of a folder, and its test_batch.bin. */
export const cifar10Source: TaskSource = {
  name: 'cifar10',
  summary: 'ten classes of natural images, 32x32x3 (A. Krizhevsky, 2009)',
  needsFolder: true,
  async open(place) {
    const { folder, names } = await findCifarFolder(place.folder);
    const choice = chooseFiles(folder, names, choiceNamed(place.files));
    const train = await Promise.all(choice.train.map((name) => readRecords(join(folder, name))));
    const test = await readRecords(join(folder, choice.test));
    return {
      task: { name: 'cifar10', inputShape: cifarShape, classes: await readClassNames(folder, names) },
      train: poolOf(train),
      test: poolOf([test]),
      notes: provenanceNotes([...train, test], await readReadme(folder, names)),
    };
  },
  async openSplit(place, file = 'test_batch.bin') {
    const { folder, names } = await findCifarFolder(place);
    const test = await readRecords(join(folder, checkedSplit(folder, names, file)));
    const trainName = trainingFile(file);
    return {
      task: { name: 'cifar10', inputShape: cifarShape, classes: await readClassNames(folder, names) },
      test: poolOf([test]),
      train: names.includes(trainName) ? poolOf([await readRecords(join(folder, trainName))]) : undefined,
      notes: provenanceNotes([test], await readReadme(folder, names)),
    };
  },
};

/** The training images with the same kind of pixels as a file of test images. */
function trainingFile(file: string): string {
  return file.startsWith('lossless') ? 'lossless_train.bin' : 'data_batch_1.bin';
}

function checkedSplit(folder: string, names: readonly string[], file: string): string {
  if (names.includes(file)) return file;
  const present = names.filter((name) => name.endsWith('.bin')).sort();
  return fail('DATA_MISSING', 'The folder has no such file of images.', {
    source: folder,
    found: file,
    accepted: present.length > 0 ? present.join(', ') : 'a folder with .bin files of the CIFAR-10 binary version',
    hint: present.length > 0 ? '--split <file>' : 'kirchhoff data cifar10',
  });
}

function choiceNamed(name = 'batches'): FileChoiceName {
  const choice = fileChoices.find((candidate) => candidate === name);
  return (
    choice ??
    fail('CONFIG_INVALID', 'There is no such choice of CIFAR-10 files.', {
      path: 'task.files',
      found: name,
      accepted: fileChoices.join(', '),
    })
  );
}

function poolOf(files: readonly RecordFile[]): ImagePool {
  return {
    labels: Uint8Array.from(files.flatMap(({ labels }) => [...labels])),
    select: (indices) => selectRecords(files, indices),
  };
}
