import { expect, it } from 'vitest';
import { loadChip } from '../../src/chip/index.js';
import { chipFigures } from '../../src/evaluate/index.js';
import { admitsOnChip, chipCostOf } from '../../src/search/chip-limits.js';
import { chipFor, loadSpace } from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';

it.each([
  ['resnet-tiny', 'hermes-64'],
  ['resnet-tiny', 'generic-512'],
  ['resnet-tiny-joint', 'hermes-64'],
  ['analognas-cifar10', 'hermes-64'],
])('the closed form equals the mapping: %s on %s', (spaceName, chipName) => {
  const chip = loadChip(chipName);
  const space = loadSpace(spaceName, { rows: chip.rows.value, cols: chip.columns.value }).withLimits({ params: 1e5 });
  const rng = createRng(4);
  for (let i = 0; i < 6; i++) {
    const a = space.sample(rng);
    const figures = chipFigures(space.build(a), chipFor(chip, a));
    const cost = chipCostOf(space.counts(a), chipFor(chip, a));
    expect(cost.latency / figures.latencySeconds!).toBeCloseTo(1, 10);
    expect(cost.energy / figures.energyJoules!).toBeCloseTo(1, 10);
    expect(space.counts(a).cores).toBe(figures.cores);
    expect(admitsOnChip(space, chip, { latency: cost.latency, energy: cost.energy })(a)).toBe(true);
    expect(admitsOnChip(space, chip, { energy: 0.99 * cost.energy })(a)).toBe(false);
  }
});
