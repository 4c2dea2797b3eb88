import { describe, expect, it } from 'vitest';
import {
  checkMapping,
  chipCost,
  coreCount,
  type DepthwiseRule,
  loadChip,
  mapNetwork,
  networkLayers,
} from '../../src/chip/index.js';
import { baselineGraph, resnet } from '../../src/nn/index.js';

const hermes = loadChip('hermes-64');

/** Reference table: one block per core, no packing, no copies, no digital time. Latencies in us, energies in uJ. */
const table = [
  { name: 'resnet8', cores: 14, positions: 4033, coreMvms: 4481, latency: [536, 2101], used: 8.4, energy: [60, 237] },
  {
    name: 'ds-cnn',
    rule: 'compact',
    cores: 10,
    positions: 1126,
    coreMvms: 1126,
    latency: [150, 587],
    used: 3.4,
    energy: [15, 59],
  },
  { name: 'ds-cnn', cores: 18, positions: 1126, coreMvms: 2126, latency: [150, 587], used: 1.9, energy: [29, 112] },
  {
    name: 'mobilenet-v1-0.25',
    cores: 66,
    positions: 10261,
    coreMvms: 12169,
    latency: [1365, 5346],
    used: 4.8,
    energy: [163, 643],
  },
  {
    name: 'autoencoder',
    cores: 14,
    positions: 10,
    coreMvms: 14,
    latency: [1.3, 5.2],
    used: 28.8,
    energy: [0.19, 0.74],
  },
  {
    name: 'resnet20',
    cores: 36,
    positions: 9089,
    coreMvms: 11073,
    latency: [1209, 4735],
    used: 11.4,
    energy: [149, 585],
  },
  {
    name: 'resnet32',
    cores: 60,
    positions: 14465,
    coreMvms: 17985,
    latency: [1924, 7536],
    used: 11.8,
    energy: [242, 950],
  },
  {
    name: 'resnet56',
    cores: 108,
    positions: 25217,
    coreMvms: 31809,
    latency: [3354, 13138],
    used: 12.0,
    energy: [427, 1680],
  },
] as const;

/** The table prints whole microseconds, or two digits: half a unit of the last place (59.51 stands there as 59), or 0.3 %. */
function expectNear(value: number, printed: number): void {
  const lastPlace = printed < 1 ? 0.01 : printed < 10 ? 0.1 : 1;
  expect(Math.abs(value - printed)).toBeLessThanOrEqual(Math.max(0.52 * lastPlace, 0.003 * printed));
}

describe('the baselines on the 64-core chip', () => {
  it.each(table)('$name', ({ name, cores, positions, coreMvms, latency, used, energy, ...rest }) => {
    const depthwise: DepthwiseRule = 'rule' in rest ? rest.rule : 'dense';
    const graph = baselineGraph(name);
    const mapping = mapNetwork(graph, hermes, { depthwise });
    expect(checkMapping(mapping)).toEqual([]);
    expect(mapping).toMatchObject({ cores, fits: cores <= 64 });
    expect(Math.abs(mapping.utilisation * 100 - used)).toBeLessThan(0.055);
    expect(coreCount(networkLayers(graph, depthwise), hermes)).toBe(cores);
    for (const [i, phases] of ([1, 4] as const).entries()) {
      const cost = chipCost(mapping, { phases });
      expect(cost).toMatchObject({ positions, coreMvms });
      expectNear(cost.latencySeconds * 1e6, latency[i]!);
      expectNear(cost.energyJoules * 1e6, energy[i]!);
      // What the table rounds, from the peak figures that it starts from: 0.3 %.
      const seconds = (64 * 65_536 * 2) / [63.1e12, 16.1e12][i]!;
      const joules = (65_536 * 2) / [9.76e12, 2.48e12][i]!;
      expect(Math.abs(cost.latencySeconds / (positions * seconds) - 1)).toBeLessThan(0.003);
      expect(Math.abs(cost.energyJoules / (coreMvms * joules) - 1)).toBeLessThan(0.003);
    }
  });

  it('puts ResNet-32 with projection shortcuts on 43 tiles of 512 x 512', () => {
    expect(mapNetwork(resnet({ depth: 32, option: 'B' }), loadChip('generic-512')).cores).toBe(43);
  });
});
