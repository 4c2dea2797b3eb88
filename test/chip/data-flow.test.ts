import { expect, test } from 'vitest';
import { chipCost, loadChip, mapNetwork, networkLayers } from '../../src/chip/index.js';
import { baselineGraph } from '../../src/nn/index.js';

test('a residual sum is sent on once, and its older term once to it', () => {
  const layers = new Map(networkLayers(baselineGraph('resnet20')).map((layer) => [layer.id, layer]));
  const map = 32 * 32 * 16;
  // The second block reads the sum of stem and first block where the first block's result lies.
  expect(layers.get('stage1/block2/a')).toMatchObject({
    sources: ['stage1/block1/b'],
    reads: [{ from: 'stage1/block1/b', values: map }],
  });
  expect(layers.get('stage1/block1/b')!.reads).toEqual([
    { from: 'stage1/block1/a', values: map },
    { from: 'stem', values: map },
  ]);
  expect(layers.get('stem')).toMatchObject({ sources: [], reads: [] });
});

test('pooled values are sent after pooling, and every bit is in the traffic', () => {
  const graph = baselineGraph('resnet8');
  const layers = networkLayers(graph);
  expect(layers.at(-1)!.reads).toEqual([{ from: expect.stringContaining('stack3/'), values: 64 }]);
  const { traffic } = chipCost(mapNetwork(graph, loadChip('hermes-64')));
  const values = layers.flatMap(({ reads }) => reads).reduce((sum, read) => sum + read.values, 0);
  expect(traffic.reduce((sum, { bits }) => sum + bits, 0)).toBe(8 * values);
  expect(traffic.every(({ chipBits }) => chipBits === 0)).toBe(true);
});

test('branches that are joined are all waited for', () => {
  const layers = networkLayers(baselineGraph('resnet20-b'));
  const joined = layers.find(({ id }) => id === 'stage2/block2/a')!;
  expect(joined.sources).toEqual(['stage2/block1/b', 'stage2/block1/skip']);
});
