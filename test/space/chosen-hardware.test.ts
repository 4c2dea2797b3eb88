import { describe, expect, it } from 'vitest';
import { chipCost, loadChip, mapNetwork, simulateChip } from '../../src/chip/index.js';
import { resolveCrossbar } from '../../src/crossbar/index.js';
import { baselineGraph } from '../../src/nn/index.js';
import { chipFor, crossbarFor, loadSpace } from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';

const space = loadSpace('resnet-tiny-joint');
const rng = createRng(1, 'hardware');
const plain = { space: 'resnet-tiny', params: { M: 1 } };
const chosen = (tile: number, dacBits: number, adcBits: number, phases: number) => {
  return { space: space.name, params: { ...space.sample(rng).params, tile, dacBits, adcBits, phases } };
};

describe('the crossbars that an architecture chooses', () => {
  const crossbar = resolveCrossbar('pcm-8bit-256');
  const chip = loadChip('hermes-64');

  it('have its tiles, converters and read mode; all else is as configured', () => {
    const { forward, mapping, ...others } = crossbarFor(crossbar, chosen(128, 6, 10, 4));
    expect(forward).toEqual({ ...crossbar.forward, inpRes: 62, outRes: 1022, mvType: 'FourPhase' });
    expect(mapping).toEqual({ ...crossbar.mapping, maxInputSize: 128, maxOutputSize: 128 });
    const { forward: _forward, mapping: _mapping, ...before } = crossbar;
    expect(others).toEqual(before);
    expect(crossbarFor(crossbar, plain)).toBe(crossbar);
    expect(crossbarFor(crossbar, null)).toBe(crossbar);
  });

  it('at 8 bits and 256 rows are those of the preset, and cost what the chip publishes', () => {
    const usual = chosen(256, 8, 8, 1);
    expect(crossbarFor(crossbar, usual)).toEqual(crossbar);
    const [mode] = chipFor(chip, usual).readModes;
    expect(mode!.mvmSeconds.value).toBe(chip.readModes[0]!.mvmSeconds.value);
    expect(mode!.mvmJoules.value).toBe(chip.readModes[0]!.mvmJoules.value);
    expect(chipFor(chip, plain)).toBe(chip);
  });

  it('cost more with finer converters, more phases and wider tiles, marked as assumed', () => {
    const [fast, precise] = [chip.readModes[0]!, chip.readModes[1]!];
    const [mode] = chipFor(chip, chosen(512, 6, 10, 4)).readModes;
    expect(mode!.mvmSeconds.value).toBeCloseTo(4 * precise.mvmSeconds.value, 15);
    expect(mode!.mvmJoules.value).toBeCloseTo(8 * precise.mvmJoules.value, 15);
    expect(mode!.mvmSeconds.assumed).toBe(true);
    const mapping = mapNetwork(baselineGraph('resnet8'), chipFor(chip, chosen(512, 6, 10, 4)));
    expect(chipCost(mapping).phases).toBe(4);
    expect(simulateChip(mapping).seconds).toBe(simulateChip(mapping, { phases: 4 }).seconds);
    expect(chipFor(chip, chosen(256, 4, 6, 1)).readModes[0]!.mvmSeconds.value).toBeCloseTo(
      fast.mvmSeconds.value / 4,
      15,
    );
  });
});

describe('the joint space', () => {
  it('has the architectures of its inner space, each with every crossbar', () => {
    const inner = loadSpace('resnet-tiny');
    expect(space.size()).toBe(inner.size() * 72n);
    expect(space.geneNames).toEqual([...inner.geneNames, 'tile', 'dacBits', 'adcBits', 'phases']);
    for (let i = 0; i < 20; i++) {
      const a = space.sample(rng);
      space.validate(a);
      expect(space.withinLimits(a)).toBe(true);
      const { tile, dacBits, adcBits, phases, ...params } = a.params;
      const network = { space: inner.name, params };
      const counted = loadSpace('resnet-tiny', { rows: tile!, cols: tile! });
      expect(space.counts(a)).toEqual(counted.counts(network));
      expect([...space.encodeExtended(a)]).toEqual([
        ...counted.encodeExtended(network),
        Math.log2(tile!),
        dacBits!,
        adcBits!,
        phases!,
      ]);
      expect(space.featureNames('extended')).toHaveLength(space.encodeExtended(a).length);
      expect([...space.encode(a)].slice(0, -4)).toEqual([...inner.encode(network)]);
      const child = space.mutate(a, rng);
      space.validate(child);
      expect(space.hash(child)).not.toBe(space.hash(a));
      space.validate(space.crossover(a, child, rng));
    }
  });

  it('changes crossbars as well as networks by mutation', () => {
    const a = space.sample(rng);
    const changed = Array.from({ length: 200 }, () => space.mutate(a, rng));
    const hardware = changed.filter((b) =>
      ['tile', 'dacBits', 'adcBits', 'phases'].some((g) => a.params[g] !== b.params[g]),
    );
    expect(hardware.length).toBeGreaterThan(5);
    expect(hardware.length).toBeLessThan(195);
  });
});
