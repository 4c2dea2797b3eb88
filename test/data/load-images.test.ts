import { expect, it } from 'vitest';
import { loadImages } from '../../src/data/index.js';

it('takes the first images of a task', async () => {
  const { images } = await loadImages({ task: 'synthetic-shapes', count: 3 });
  expect(images.count).toBe(3);
});

it.each([
  [0, 'This is not a number of images.'],
  [-2, 'This is not a number of images.'],
  [1.5, 'This is not a number of images.'],
  [Number.NaN, 'This is not a number of images.'],
  [1e9, 'There are not so many images.'],
])('refuses a count of %d', async (count, summary) => {
  await expect(loadImages({ task: 'synthetic-shapes', count })).rejects.toMatchObject({
    code: 'USAGE',
    summary,
    details: { found: `${count} asked for`, accepted: expect.stringMatching(/^1 to \d+$/) },
  });
});
