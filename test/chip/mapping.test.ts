import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Block,
  checkMapping,
  chipCost,
  coreCount,
  explainFit,
  loadChip,
  type Mapping,
  mapNetwork,
  placementPolicies,
  simulateChip,
} from '../../src/chip/index.js';
import { mapLayers } from '../../src/chip/map-layers.js';
import { replicate } from '../../src/chip/replicate.js';
import { evenCuts } from '../../src/chip/split.js';
import { tileGrid } from '../../src/crossbar/index.js';
import { baselineGraph, countNetwork } from '../../src/nn/index.js';
import { randomChips, randomLayers } from './support/random-layers.js';
import { testGraph } from './support/test-graph.js';

const hermes = loadChip('hermes-64');

describe.each(placementPolicies)('placement %s', (placement) => {
  test.each([false, true])('every weight lies in one cell, on any chip (copies: %s)', (copies) => {
    fc.assert(
      fc.property(randomLayers, randomChips, (layers, chip) => {
        const mapping = copies ? replicate('net', layers, chip, placement) : mapLayers('net', layers, chip, placement);
        expect(checkMapping(mapping)).toEqual([]);
        expect(mapping.utilisation).toBeLessThanOrEqual(1);
        if (placement === 'onePerCore' && !copies) expect(mapping.cores).toBe(coreCount(layers, chip));
      }),
      { numRuns: 60 },
    );
  });

  test('latency, interval and energy grow with the positions', () => {
    const grown = fc.tuple(randomLayers, randomChips, fc.nat(), fc.integer({ min: 1, max: 30 }));
    fc.assert(
      fc.property(grown, ([layers, chip, which, more]) => {
        const index = which % layers.length;
        const longer = layers.map((layer, i) =>
          i === index ? { ...layer, positions: layer.positions + more } : layer,
        );
        const before = chipCost(mapLayers('net', layers, chip, 'onePerCore'));
        const after = chipCost(mapLayers('net', longer, chip, 'onePerCore'));
        expect(after.latencySeconds).toBeGreaterThan(before.latencySeconds);
        expect(after.energyJoules).toBeGreaterThan(before.energyJoules);
        expect(after.intervalSeconds).toBeGreaterThanOrEqual(before.intervalSeconds);
        expect(after.withAssumed.latencySeconds).toBeGreaterThan(before.withAssumed.latencySeconds);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the policies on ResNet-32', () => {
  const graph = baselineGraph('resnet32');
  const single = mapNetwork(graph, hermes);

  test('packing saves cores, keeps the latency, and costs throughput', () => {
    const packed = mapNetwork(graph, hermes, { placement: 'packed' });
    expect(checkMapping(packed)).toEqual([]);
    expect(packed.cores).toBeLessThan(single.cores / 3);
    expect(chipCost(packed).latencySeconds).toBeCloseTo(chipCost(single).latencySeconds, 12);
    expect(chipCost(packed).intervalSeconds).toBeGreaterThan(chipCost(single).intervalSeconds);
  });

  test('copies raise the throughput and use no core twice', () => {
    const small = baselineGraph('resnet8');
    const copied = mapNetwork(small, hermes, { replicate: true });
    expect(checkMapping(copied)).toEqual([]);
    expect(copied.fits).toBe(true);
    expect(copied.cores).toBeGreaterThan(48);
    expect(chipCost(copied).intervalSeconds).toBeLessThan(chipCost(mapNetwork(small, hermes)).intervalSeconds / 4);
    expect(chipCost(copied).coreMvms).toBe(4_481);
  });

  test('balancing makes a network fit that has more blocks than the chip has cores', () => {
    const mobile = baselineGraph('mobilenet-v1-0.25');
    expect(mapNetwork(mobile, hermes).fits).toBe(false);
    const balanced = mapNetwork(mobile, hermes, { placement: 'balanced' });
    expect(balanced).toMatchObject({ fits: true, cores: 64 });
    const packed = mapNetwork(mobile, hermes, { placement: 'packed' });
    expect(chipCost(balanced).intervalSeconds).toBeLessThan(chipCost(packed).intervalSeconds);
  });

  test('depthwise layers kept digital occupy no core', () => {
    const mapping = mapNetwork(baselineGraph('ds-cnn'), hermes, { depthwise: 'digital' });
    expect(checkMapping(mapping)).toEqual([]);
    expect(mapping.cores).toBe(6);
    const part = chipCost(mapping).parts.find(({ name }) => name === 'digital layers')!;
    expect(part).toMatchObject({ assumed: true, joules: 9 * 64 * 125 * 4 * 2e-12 });
  });
});

describe('blocks between the groups of a convolution', () => {
  const grouped = (groups: number) =>
    testGraph([8, 8, 512], [{ id: 'c', op: 'conv2d', inputs: ['input'], filters: 512, kernel: [3, 3], groups }]);

  test('hold no weight and get no core', () => {
    const whole = mapNetwork(grouped(1), hermes);
    const halves = mapNetwork(grouped(2), hermes);
    expect([whole.cores, halves.cores]).toEqual([36, 18]);
    expect(checkMapping(halves)).toEqual([]);
    expect(coreCount(countNetwork(grouped(2)).layers, hermes)).toBe(18);
    const [all, half] = [chipCost(whole), chipCost(halves)];
    expect(half.coreMvms).toBe(64 * 18);
    expect(half.energyJoules).toBeCloseTo(all.energyJoules / 2, 12);
    expect(half.latencySeconds).toBe(all.latencySeconds);
    expect(simulateChip(halves, { inferences: 1 }).latencySeconds).toBeCloseTo(half.latencySeconds, 12);
    // nine row parts instead of eighteen are joined in each column
    const additions = (cost: typeof all) => cost.parts.find(({ name }) => name === 'partial sums')!.joules;
    expect(additions(half) / additions(all)).toBeCloseTo(8 / 17, 12);
  });

  test('are missed by the checker only where they hold a weight', () => {
    const mapping = mapNetwork(grouped(2), hermes);
    const dense = { ...mapping, layers: mapping.layers.map((layer) => ({ ...layer, groups: 1 })) };
    expect(checkMapping(dense)[0]).toMatch(/of copy 0 lies in 0 cells$/);
  });

  test('are more than half of the cores of MobileNetV2', () => {
    const graph = baselineGraph('mobilenet-v2');
    const mapping = mapNetwork(graph, hermes);
    expect(mapping.cores).toBe(370);
    expect(coreCount(countNetwork(graph).layers, hermes)).toBe(370);
  });
});

describe('copies', () => {
  const single = testGraph([32, 32, 3], [{ id: 'c', op: 'conv2d', inputs: ['input'], filters: 16, kernel: [3, 3] }]);

  test.each(placementPolicies)('never share a core (%s)', (placement) => {
    const mapping = mapNetwork(single, hermes, { placement, replicate: true });
    expect(mapping).toMatchObject({ cores: 64, layers: [{ copies: 64 }] });
    expect(chipCost(mapping).latencySeconds).toBeCloseTo(16 * hermes.readModes[0]!.mvmSeconds.value, 15);
    const alone = { ...hermes, cores: { ...hermes.cores, value: 1 } };
    const lonely = mapNetwork(single, alone, { placement, replicate: true });
    expect(lonely.layers[0]!.copies).toBe(1);
  });

  test.each(placementPolicies)('make no core busier (%s)', (placement) => {
    for (const name of ['resnet8', 'ds-cnn'] as const) {
      const graph = baselineGraph(name);
      const plain = chipCost(mapNetwork(graph, hermes, { placement }));
      const copied = chipCost(mapNetwork(graph, hermes, { placement, replicate: true }));
      expect(copied.intervalSeconds).toBeLessThan(plain.intervalSeconds);
    }
  });

  test('are not made of a recurrent matrix, whose steps follow each other', () => {
    const graph = testGraph(
      [100, 16],
      [
        { id: 'lstm', op: 'lstm', inputs: ['input'], units: 64 },
        { id: 'last', op: 'dense', inputs: ['lstm'], units: 4 },
      ],
    );
    const mapping = mapNetwork(graph, hermes, { replicate: true });
    const copies = new Map(mapping.layers.map((layer) => [layer.id, layer.copies]));
    expect(copies.get('lstm/recurrent')).toBe(1);
    expect(copies.get('lstm/input')).toBeGreaterThan(10);
    const steps = 100 * hermes.readModes[0]!.mvmSeconds.value;
    expect(chipCost(mapping).latencySeconds).toBeGreaterThan(steps);
    expect(simulateChip(mapping, { inferences: 1 }).latencySeconds).toBeGreaterThan(steps);
  });
});

describe('a network that does not fit', () => {
  test('says by how much, which layers, and what would help', () => {
    expect(explainFit(mapNetwork(baselineGraph('mobilenet-v1-0.25'), hermes))).toMatchObject({
      fits: false,
      missingCores: 2,
      remedies: [
        expect.stringMatching(/^placement "packed": \d+ cores$/),
        expect.stringMatching(/^depthwise convolutions on the digital units: \d+ cores$/),
        '2 chips of this kind',
        'writing the chip 2 times in every inference',
      ],
    });
    expect(explainFit(mapNetwork(baselineGraph('resnet8'), hermes))).toMatchObject({ missingCores: 0, remedies: [] });
  });
});

describe('the checker finds', () => {
  const sound = mapNetwork(baselineGraph('resnet8'), hermes);
  const broken = (change: (block: Block, i: number) => Block | null): Mapping => ({
    ...sound,
    blocks: sound.blocks.flatMap((block, i) => change(block, i) ?? []),
  });

  test('a missing block', () => {
    const problems = checkMapping(broken((block, i) => (i === 3 ? null : block)));
    expect(problems[0]).toMatch(/^weight .+\[0, 0\] of copy 0 lies in 0 cells$/);
  });

  test('a block that stands twice, in the same core', () => {
    const twice = { ...sound, blocks: [...sound.blocks, sound.blocks[2]!] };
    expect(checkMapping(twice).join('\n')).toMatch(/lies in 2 cells[\s\S]+holds two weights/);
  });

  test('a block that leaves its core, or the chip', () => {
    expect(checkMapping(broken((block) => ({ ...block, cell: [200, 250] }))).join()).toContain('which has 256 x 256');
    expect(checkMapping(broken((block) => ({ ...block, core: block.core + 60 }))).join()).toContain('does not exist');
  });
});

test('matrices are cut where the crossbars cut them', () => {
  for (const length of [1, 255, 256, 257, 1_300, 2_304]) {
    const { rowCuts, colCuts } = tileGrid(length, 10, { maxInputSize: 256, maxOutputSize: 256 });
    expect(evenCuts(length, 256)).toEqual(rowCuts);
    expect(evenCuts(10, 256)).toEqual(colCuts);
  }
});
