import { describe, expect, it } from 'vitest';
import { parseWith } from '../../src/config/index.js';
import { defaultDataFolder, type ImageSet, loadTask, parseDataOption, taskSpecSchema } from '../../src/data/index.js';

const small = { name: 'synthetic-shapes', train: 60, validation: 20, test: 30 };

/** Images as texts, to be compared as sets. */
function imagesOf(set: ImageSet): string[] {
  const size = set.pixels.length / set.count;
  return Array.from({ length: set.count }, (_, i) =>
    Buffer.from(set.pixels.subarray(i * size, (i + 1) * size)).toString('latin1'),
  );
}

describe('loadTask', () => {
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
