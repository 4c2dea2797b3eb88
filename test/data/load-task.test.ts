import { describe, expect, it } from 'vitest';
import { parseWith } from '../../src/config/index.js';
import { shrinkImages } from '../../src/data/image-set.js';
import { defaultDataFolder, type ImageSet, loadTask, parseDataOption, taskSpecSchema } from '../../src/data/index.js';

const small = { name: 'synthetic-shapes', train: 60, validation: 20, test: 30 };

/** Images as texts, to be compared as sets. */
function imagesOf(set: ImageSet): string[] {
  const size = set.pixels.length / set.count;
  return Array.from({ length: set.count }, (_, i) =>
    Buffer.from(set.pixels.subarray(i * size, (i + 1) * size)).toString('latin1'),
  );
}

describe('images of a smaller side', () => {
  it('are the means of blocks, in place and channel by channel', () => {
    const pixels = Uint8Array.from({ length: 2 * 4 * 4 * 2 }, (_, i) => (i * 7) % 251);
    const set: ImageSet = { count: 2, shape: [4, 4, 2], pixels, labels: Uint8Array.of(3, 5) };
    const small = shrinkImages(set, 2);
    expect({ ...small, pixels: small.pixels.length }).toEqual({ ...set, shape: [2, 2, 2], pixels: 16 });
    const at = (image: number, y: number, x: number, c: number) => pixels[((image * 4 + y) * 4 + x) * 2 + c]!;
    for (let image = 0; image < 2; image++) {
      const block = [at(image, 2, 0, 1), at(image, 2, 1, 1), at(image, 3, 0, 1), at(image, 3, 1, 1)];
      const mean = Math.round(block.reduce((sum, value) => sum + value) / 4);
      expect(small.pixels[((image * 2 + 1) * 2 + 0) * 2 + 1]).toBe(mean);
    }
  });

  it('make a task of their own, and a side that does not divide is refused', async () => {
    const data = await loadTask({ ...small, side: 16, seed: 1 });
    const whole = await loadTask({ ...small, seed: 1 });
    expect(data.task.inputShape).toEqual([16, 16, 3]);
    expect(data.train.pixels).toEqual(shrinkImages(whole.train, 16).pixels);
    expect(data.fingerprint).not.toBe(whole.fingerprint);
    expect(data.notes).toContain('images shrunk to 16x16 pixels: accuracies are lower than at full size');
    await expect(loadTask({ ...small, side: 12, seed: 1 })).rejects.toThrow(
      /task\.side\n {2}found: {4}12, images of 32x32\n {2}accepted: a divisor of 32/,
    );
  });
});

describe('loadTask', () => {
  it.each([
    ['train', 0],
    ['validation', -5],
    ['test', Number.NaN],
  ])('refuses a limit that is no number of images: %s %d', async (part, limit) => {
    await expect(loadTask({ ...small, [part]: limit, seed: 1 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { path: `task.${part}`, found: String(limit) },
    });
  });

  it('cuts each part to its limit with equal classes, and no image is in two parts', async () => {
    const data = await loadTask({ ...small, seed: 1 });
    expect([data.train.count, data.validation.count, data.test.count]).toEqual([60, 20, 30]);
    for (const [set, each] of [
      [data.train, 6],
      [data.validation, 2],
      [data.test, 3],
    ] as const) {
      for (let label = 0; label < 10; label++) {
        expect(set.labels.filter((one) => one === label)).toHaveLength(each);
      }
    }
    const all = [...imagesOf(data.train), ...imagesOf(data.validation), ...imagesOf(data.test)];
    expect(new Set(all).size).toBe(110);
    expect(data.task).toMatchObject({ name: 'synthetic-shapes', inputShape: [32, 32, 3] });
    expect(data.task.classes).toHaveLength(10);
    expect(data.notes[0]).toContain('generated');
  });

  it('repeats under a seed; another seed gives other images and another fingerprint', async () => {
    const [one, again, other] = await Promise.all([1, 1, 2].map((seed) => loadTask({ ...small, seed })));
    expect(again).toEqual(one);
    expect(other!.fingerprint).not.toBe(one!.fingerprint);
    expect(imagesOf(other!.validation)).not.toEqual(imagesOf(one!.validation));
  });

  it('a larger training set of the same seed contains the smaller one and keeps validation apart', async () => {
    const one = await loadTask({ ...small, seed: 1 });
    const larger = await loadTask({ ...small, train: 120, seed: 1 });
    const images = new Set(imagesOf(larger.train));
    expect(imagesOf(one.train).every((image) => images.has(image))).toBe(true);
    expect(larger.validation).toEqual(one.validation);
  });

  it('names the tasks there are when asked for another', async () => {
    await expect(loadTask({ name: 'cifar11', seed: 1 })).rejects.toThrow(
      'There is no task called "cifar11". Did you mean "cifar10"?\n' +
        '  in:       task.name\n  found:    cifar11\n  accepted: synthetic-shapes, cifar10, mnist',
    );
  });
});

describe('taskSpecSchema', () => {
  it('refuses an empty training set and unknown keys', () => {
    expect(() => parseWith(taskSpecSchema, { name: 'cifar10', train: 0 }, 'a.yaml')).toThrow(/train\n.*found: +0\n/);
    expect(() => parseWith(taskSpecSchema, { name: 'cifar10', tset: 5 }, 'a.yaml')).toThrow('Did you mean "test"?');
    expect(parseWith(taskSpecSchema, { name: 'cifar10' }, 'a.yaml')).toEqual({ name: 'cifar10' });
  });
});

describe('parseDataOption', () => {
  it.each([
    ['cifar10:/sets/c', { task: 'cifar10', folder: '/sets/c' }],
    ['../shared/data/cifar-10', { task: undefined, folder: '../shared/data/cifar-10' }],
    ['C:\\data', { task: undefined, folder: 'C:\\data' }],
    ['mnist:C:\\data', { task: 'mnist', folder: 'C:\\data' }],
  ])('%s', (text, expected) => {
    expect(parseDataOption(text)).toEqual(expected);
  });

  it('has a default folder per task', () => {
    expect(defaultDataFolder('cifar10')).toBe('data/cifar10');
  });
});
