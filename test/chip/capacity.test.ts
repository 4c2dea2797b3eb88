import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkMapping,
  chipCost,
  explainFit,
  floorPlan,
  loadChip,
  mapNetwork,
  mostChips,
  mostInferences,
  placementPolicies,
  simulateChip,
} from '../../src/chip/index.js';
import { mapLayers } from '../../src/chip/map-layers.js';
import { chipOfCore } from '../../src/chip/traffic.js';
import { baselineGraph, GraphBuilder } from '../../src/nn/index.js';
import { randomChips, randomLayers } from './support/random-layers.js';

const hermes = loadChip('hermes-64');

describe.each(placementPolicies)('placement %s', (placement) => {
  it('keeps every weight in one cell on several chips and in rounds', () => {
    const chips = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(randomLayers, randomChips, chips, fc.boolean(), (layers, chip, count, reprogram) => {
        const mapping = mapLayers('net', layers, chip, placement, new Map(), { chips: count, reprogram });
        expect(checkMapping(mapping)).toEqual([]);
        if (reprogram) expect(mapping.fits).toBe(true);
        const perRound = new Map<number, Set<number>>();
        for (const { core } of mapping.blocks) {
          const round = Math.floor(core / (chip.cores.value * count));
          perRound.set(round, (perRound.get(round) ?? new Set()).add(core));
        }
        if (mapping.fits) expect(Math.max(...perRound.keys())).toBe(mapping.rounds - 1);
      }),
      { numRuns: 60 },
    );
  });
});

describe('ResNet-56, which needs 108 cores', () => {
  const graph = baselineGraph('resnet56');
  const single = chipCost(mapNetwork(graph, hermes));

  it('fits two chips, whose links cost time and energy where layers are apart', () => {
    const mapping = mapNetwork(graph, hermes, { chips: 2 });
    expect(mapping).toMatchObject({ fits: true, cores: 108, rounds: 1 });
    const cost = chipCost(mapping);
    expect(cost).toMatchObject({ latencySeconds: single.latencySeconds, energyJoules: single.energyJoules });
    const crossing = cost.traffic.filter(({ chipBits }) => chipBits > 0);
    const apart = crossing.map(({ from, to }) => [from, to].map((id) => chipsOf(mapping, id)));
    for (const [from, to] of apart) expect(new Set([...from!, ...to!]).size).toBe(2);
    expect(crossing.length).toBeGreaterThan(0);
    const bits = crossing.reduce((sum, { chipBits }) => sum + chipBits, 0);
    const part = cost.parts.find(({ name }) => name === 'chip links')!;
    expect(part.joules).toBeCloseTo(bits * 1e-12, 15);
    expect(part).toMatchObject({ assumed: true });
    expect(cost.withAssumed.energyJoules).toBeGreaterThan(single.withAssumed.energyJoules);
    expect(cost.areaSquareMillimetres).toBeCloseTo(108 * 0.634, 6);
  });

  it('is programmed chip by chip at the same time: the fullest core is last', () => {
    const many = mapNetwork(baselineGraph('mobilenet-v2'), hermes, { chips: 14 });
    expect(many.fits).toBe(true);
    const cells = many.blocks.map(
      ({ rowRange, colRange }) => (rowRange[1] - rowRange[0]) * (colRange[1] - colRange[0]),
    );
    const { iterations, iterationSeconds, devicesInParallel } = hermes.programming;
    expect(devicesInParallel.value).toBe(hermes.cores.value); // one device of each core at a time
    const perCell = hermes.devicesPerWeight.value * iterations.value * iterationSeconds.value;
    expect(chipCost(many).programming.seconds).toBeCloseTo(Math.max(...cells) * perCell, 9);
    const one = mapNetwork(baselineGraph('mobilenet-v2'), hermes);
    expect(chipCost(one).programming.seconds).toBeCloseTo((cells.reduce((a, b) => a + b) / 64) * perCell, 9);
  });

  it('is written twice per inference where that is asked for, and a batch shares the writing', () => {
    const mapping = mapNetwork(graph, hermes, { reprogram: true });
    expect(mapping).toMatchObject({ fits: true, rounds: 2, cores: 108 });
    const cost = chipCost(mapping);
    // the one layer that lies in both rounds works through its 64 vectors in each
    const split = mapping.layers.filter(({ id }) => roundsOf(mapping, id).length === 2);
    expect(split.map(({ positions }) => positions)).toEqual([64]);
    const seconds = hermes.readModes[0]!.mvmSeconds.value;
    const more = 64 * (seconds + hermes.digital.vectorSeconds.value);
    expect(cost.latencySeconds).toBeCloseTo(single.latencySeconds + 64 * seconds, 12);
    expect(cost.withAssumed.latencySeconds).toBeCloseTo(
      single.withAssumed.latencySeconds + more + cost.programming.seconds,
      9,
    );
    const batch = chipCost(mapping, { batch: 100 });
    expect(batch.withAssumed.energyJoules - single.withAssumed.energyJoules).toBeCloseTo(
      cost.programming.joules / 100,
      12,
    );
    expect(cost.areaSquareMillimetres).toBeCloseTo(64 * 0.634, 6);
    expect(() => simulateChip(mapping)).toThrow('written in rounds');
  });

  it('lets no inference into a round before the batch has left the one before', () => {
    const mapping = mapNetwork(graph, hermes, { reprogram: true });
    const alone = chipCost(mapping);
    expect(alone.intervalSeconds).toBe(alone.latencySeconds);
    expect(alone.withAssumed.intervalSeconds).toBeCloseTo(alone.withAssumed.latencySeconds, 12);
    const perRound = [0, 1].map((round) => {
      const busy = mapping.layers.filter(({ id }) => roundsOf(mapping, id).includes(round));
      return Math.max(...busy.map(({ positions }) => positions)) * hermes.readModes[0]!.mvmSeconds.value;
    });
    const expected = (alone.latencySeconds + 9 * (perRound[0]! + perRound[1]!)) / 10;
    expect(chipCost(mapping, { batch: 10 }).intervalSeconds).toBeCloseTo(expected, 12);
  });

  it('pays links between chips for the layers that are apart', () => {
    const cost = chipCost(mapNetwork(graph, hermes, { chips: 2 }));
    const { hopSeconds, bitsPerSecond } = hermes.chipLinks;
    const part = cost.parts.find(({ name }) => name === 'chip links')!;
    // four transfers of 64 channels of 8 bits
    expect(part.seconds).toBeCloseTo(4 * hopSeconds.value + (4 * 64 * 8) / bitsPerSecond.value, 15);
  });

  it('needs neither when it is not asked for: a network that fits changes nothing', () => {
    const small = baselineGraph('resnet8');
    const plain = mapNetwork(small, hermes);
    const roomy = mapNetwork(small, hermes, { reprogram: true });
    expect(roomy).toMatchObject({ rounds: 1, cores: plain.cores, blocks: plain.blocks });
    expect(chipCost(roomy)).toEqual(chipCost(plain));
    expect(chipCost(plain).parts.map(({ name }) => name)).not.toContain('rewriting');
  });
});

it('works through a layer that lies in two rounds once in each', () => {
  const builder = new GraphBuilder('wide', [4096]);
  const graph = builder.build(builder.input.dense(2048));
  const mapping = mapNetwork(graph, hermes, { reprogram: true });
  expect(mapping).toMatchObject({ cores: 128, rounds: 2 });
  expect(chipCost(mapping).latencySeconds).toBeCloseTo(2 * hermes.readModes[0]!.mvmSeconds.value, 15);
});

it('sends what passes through a digital layer from chip to chip', () => {
  const small = { ...hermes, cores: { ...hermes.cores, value: 8 } };
  const mapping = mapNetwork(baselineGraph('mobilenet-v1-0.25'), small, { depthwise: 'digital', chips: 2 });
  const crossing = chipCost(mapping).traffic.filter(({ chipBits }) => chipBits > 0);
  expect(crossing).toEqual([
    { from: 'block8/depthwise', to: 'block8/pointwise', bits: 36_864, chipBits: 6 * 6 * 128 * 8 },
  ]);
});

it('counts a layer of more cores than a call can have arguments', () => {
  const builder = new GraphBuilder('vast', [100_000]);
  const mapping = mapNetwork(builder.build(builder.input.dense(100_000)), hermes);
  const { mvmSeconds } = hermes.readModes[0]!;
  expect(chipCost(mapping)).toMatchObject({ cores: 391 * 391, latencySeconds: mvmSeconds.value });
  expect(simulateChip(mapping, { inferences: 1 }).latencySeconds).toBe(mvmSeconds.value);
});

describe('counts beyond all use', () => {
  const graph = baselineGraph('resnet8');

  it.each([0, 1.5, mostChips + 1, 1e9, Number.NaN])('refuses %d chips', (chips) => {
    expect(() => mapNetwork(graph, hermes, { chips })).toThrow(/in: {7}chips\n.*from 1 to 1000$/s);
  });

  it.each([0, 2.5, mostInferences + 1, 1e9])('refuses to simulate %d inferences', (inferences) => {
    const mapping = mapNetwork(graph, hermes);
    expect(() => simulateChip(mapping, { inferences })).toThrow(/in: {7}inferences\n.*from 1 to 1000$/s);
  });

  it.each([0, -5, 0.5, Number.NaN])('refuses a batch of %d', (batch) => {
    expect(() => chipCost(mapNetwork(graph, hermes), { batch })).toThrow(
      `This is not a number of inferences in a batch.\n  in:       batch\n  found:    ${batch}\n  accepted: a whole number >= 1`,
    );
  });

  it('are refused of cores', () => {
    const builder = new GraphBuilder('vast', [1]);
    const graph = builder.build(
      builder.input
        .flatten()
        .dense(256 * 2 ** 20)
        .dense(1000),
    );
    expect(() => mapNetwork(graph, hermes)).toThrow(/found: {4}5,242,880 cores of hermes-64\n.*up to 1,048,576/);
  });

  it('takes as many as it names', () => {
    expect(chipCost(mapNetwork(graph, hermes, { chips: mostChips })).areaSquareMillimetres).toBeCloseTo(14 * 0.634, 6);
  });

  it('advises chips only where so many can be asked for', () => {
    const remediesOn = (cores: number, rows: number) => {
      const chip = { ...hermes, cores: { ...hermes.cores, value: cores }, rows: { ...hermes.rows, value: rows } };
      return explainFit(mapNetwork(graph, chip)).remedies.filter((remedy) => remedy.includes('chips of this kind'));
    };
    expect(remediesOn(7, 256)).toEqual(['2 chips of this kind']);
    expect(remediesOn(1, 1)).toEqual([]);
  });

  it('draws a chip with more cores than can be listed', () => {
    const chip = { ...hermes, cores: { ...hermes.cores, value: 1e12 } };
    const cores = floorPlan(mapNetwork(graph, chip)).match(/<rect/g)!.length;
    expect(cores).toBe(
      floorPlan(mapNetwork(graph, { ...chip, cores: { ...hermes.cores, value: 256 } })).match(/<rect/g)!.length,
    );
  });
});

function chipsOf(mapping: ReturnType<typeof mapNetwork>, layer: string): number[] {
  const own = mapping.blocks.filter((block) => block.layer === layer);
  return [...new Set(own.map(({ core }) => chipOfCore(mapping, core)))];
}

function roundsOf(mapping: ReturnType<typeof mapNetwork>, layer: string): number[] {
  const own = mapping.blocks.filter((block) => block.layer === layer);
  return [...new Set(own.map(({ core }) => Math.floor(core / hermes.cores.value)))];
}
