import { expect, it } from 'vitest';
import { SharedCores, shareOfCores } from '../../src/evaluate/shared-cores.js';

/** Starts `count` pieces of work one after another; the share after each start, then after each end. */
async function sharesOver(cores: SharedCores, count: number): Promise<number[]> {
  const shares: number[] = [];
  const ends: (() => void)[] = [];
  const running: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    running.push(cores.during(() => new Promise<void>((resolve) => ends.push(resolve))));
    shares.push(shareOfCores(cores.memory));
  }
  for (const [i, end] of ends.entries()) {
    end();
    await running[i];
    shares.push(shareOfCores(cores.memory));
  }
  return shares;
}

it.each([
  { cores: 2, workers: 2, shares: [2, 1, 1, 1, 2, 2] },
  { cores: 7, workers: 3, shares: [4, 3, 2, 3, 4, 4] },
  { cores: 1, workers: 3, shares: [1, 1, 1, 1, 1, 1] },
  { cores: 4, workers: 1, shares: [4, 4, 4, 4, 4, 4] },
])('divides $cores cores among the running trials of $workers workers', async ({ cores, workers, shares }) => {
  expect(await sharesOver(new SharedCores(cores, workers), 3)).toEqual(shares);
});

it('gives the cores of a failed trial back', async () => {
  const cores = new SharedCores(2, 2);
  void cores.during(() => new Promise<void>(() => {}));
  expect(shareOfCores(cores.memory)).toBe(2);
  const fails = cores.during(() => Promise.reject(new Error('no such luck')));
  expect(shareOfCores(cores.memory)).toBe(1);
  await expect(fails).rejects.toThrow('no such luck');
  expect(shareOfCores(cores.memory)).toBe(2);
});
