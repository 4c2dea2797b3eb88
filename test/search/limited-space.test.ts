import { expect, it } from 'vitest';
import { loadChip } from '../../src/chip/index.js';
import { parseSearchConfig } from '../../src/search/config.js';
import { limitedSpace } from '../../src/search/limited-space.js';
import { loadSpace } from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';

const chip = loadChip('hermes-64');

function limitsIn(limits: object) {
  const config = parseSearchConfig({ task: { name: 'cifar10' }, space: 'analognas-cifar10', limits }, 'test');
  return limitedSpace(config, chip);
}

it('bounds what a run leaves open as the file of the space does', () => {
  const { params, macs } = loadSpace('analognas-cifar10').limits;
  expect(limitsIn({}).limits).toEqual({ params, macs });
  expect(limitsIn({ params: 50_000, cores: 64 }).limits).toEqual({ params: 50_000, macs, cores: 64 });
  expect(limitsIn({ macs: 1e12 }).limits).toEqual({ params, macs: 1e12 });
  const space = limitsIn({});
  const drawn = Array.from({ length: 20 }, (_, i) => space.counts(space.sample(createRng(i))).parameters);
  expect(Math.max(...drawn)).toBeLessThanOrEqual(params!);
});
