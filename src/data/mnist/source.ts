import { join } from 'node:path';
import { fail } from '../../config/index.js';
import { type ImageSet, selectImages } from '../image-set.js';
import type { ImagePool, TaskSource } from '../task.js';
import { readIdx } from './idx.js';

/** MNIST: the four original idx files, compressed or not. */
export const mnistSource: TaskSource = {
  name: 'mnist',
  summary: 'handwritten digits, 28x28x1 (Y. LeCun, C. Cortes)',
  needsFolder: true,
  async open({ folder, files }) {
    if (files !== undefined) {
      fail('CONFIG_INVALID', 'MNIST has no choice of files.', {
        path: 'task.files',
        found: files,
        accepted: 'nothing',
      });
    }
    const train = await readSet(folder, 'train');
    const test = await readSet(folder, 't10k');
    return {
      task: { name: 'mnist', inputShape: [28, 28, 1], classes: [...'0123456789'] },
      train: poolOf(train),
      test: poolOf(test),
      notes: [],
    };
  },
};

async function readSet(folder: string, part: 'train' | 't10k'): Promise<ImageSet> {
  const images = await readIdx(join(folder, `${part}-images-idx3-ubyte`), [undefined, 28, 28]);
  const labels = await readIdx(join(folder, `${part}-labels-idx1-ubyte`), [images.sizes[0]]);
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong >= 0) {
    fail('DATA_INVALID', 'An MNIST label is impossible.', {
      source: labels.file,
      path: `item ${wrong}`,
      found: String(labels.data[wrong]),
      accepted: '0 to 9',
    });
  }
  return { count: images.sizes[0]!, shape: [28, 28, 1], pixels: images.data, labels: labels.data };
}

function poolOf(set: ImageSet): ImagePool {
  return { labels: set.labels, select: (indices) => selectImages(set, indices) };
}
