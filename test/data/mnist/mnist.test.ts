import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadTask } from '../../../src/data/index.js';
import { sharedDir } from '../../support/shared.js';
import { inFolder, write } from '../cifar10/fixtures.js';

/** An idx file of unsigned bytes. */
function idx(sizes: number[], data: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint32(0, 0x0800 + sizes.length);
  for (const [axis, size] of sizes.entries()) header.setUint32(4 + 4 * axis, size);
  return Buffer.concat([new Uint8Array(header.buffer), data]);
}

const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 10);
const images = Uint8Array.from({ length: 20 * 784 }, (_, i) => i & 255);

function files(): Record<string, Uint8Array> {
  return {
    'train-images-idx3-ubyte.gz': gzipSync(idx([20, 28, 28], images)),
    'train-labels-idx1-ubyte.gz': gzipSync(idx([20], labels)),
    't10k-images-idx3-ubyte': idx([20, 28, 28], images),
    't10k-labels-idx1-ubyte': idx([20], labels),
  };
}

const load = (data: string) => loadTask({ name: 'mnist', data, seed: 1 });

describe('mnist', () => {
  it('reads idx files, compressed or not', async () => {
    await inFolder(async (folder) => {
      await write(folder, files());
      const data = await load(folder);
      expect(data.task).toMatchObject({ inputShape: [28, 28, 1], classes: [...'0123456789'] });
      // A fifth of 2 per class, to the nearest whole image, is none.
      expect([data.train.count, data.validation.count, data.test.count]).toEqual([20, 0, 20]);
    });
  });

  it.each([
    ['train-images-idx3-ubyte.gz', gzipSync(idx([19, 28, 28], images)), /15696 bytes\n +accepted: 14912 bytes/],
    ['train-images-idx3-ubyte.gz', gzipSync(idx([20, 784], images)), /accepted: 0,0,8,3/],
    ['train-images-idx3-ubyte.gz', files()['train-images-idx3-ubyte.gz']!.subarray(0, 50), /damaged/],
    ['train-labels-idx1-ubyte.gz', gzipSync(idx([19], labels.subarray(0, 19))), /sizes 19\n +accepted: 20/],
    [
      'train-labels-idx1-ubyte.gz',
      gzipSync(
        idx(
          [20],
          labels.map((label) => label + 1),
        ),
      ),
      /item 9\n +found: +10/,
    ],
  ])('refuses a damaged %s', async (name, content, message) => {
    await inFolder(async (folder) => {
      await write(folder, { ...files(), [name]: content });
      await expect(load(folder)).rejects.toMatchObject({ code: 'DATA_INVALID' });
      await expect(load(folder)).rejects.toThrow(message);
    });
  });

  it('names the file that is not there', async () => {
    await expect(load('nowhere')).rejects.toThrow(join('nowhere', 'train-images-idx3-ubyte.gz'));
  });
});

describe.skipIf(!sharedDir)('mnist on real images (needs the shared data)', () => {
  it('reads 60,000 and 10,000 images', async () => {
    const data = await load(`${sharedDir}/data/mnist`);
    expect(data.train.count + data.validation.count).toBe(60_000);
    expect(data.test.count).toBe(10_000);
    // The commonly quoted mean and deviation of MNIST.
    expect(data.normalise.mean[0]).toBeCloseTo(0.1307, 2);
    expect(data.normalise.std[0]).toBeCloseTo(0.3081, 2);
  });
});
