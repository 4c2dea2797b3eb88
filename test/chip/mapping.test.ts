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
} from '../../src/chip/index.js';
import { mapLayers } from '../../src/chip/map-layers.js';
import { replicate } from '../../src/chip/replicate.js';
import { evenCuts } from '../../src/chip/split.js';
import { tileGrid } from '../../src/crossbar/index.js';
import { baselineGraph } from '../../src/nn/index.js';
import { randomChips, randomLayers } from './support/random-layers.js';

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
