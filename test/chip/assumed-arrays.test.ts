import { expect, test } from 'vitest';
import { assumedParameters, chipCost, costBreakdown, loadChip, mapNetwork } from '../../src/chip/index.js';
import { baselineGraph } from '../../src/nn/index.js';

test('the cost of the arrays is assumed where time or energy of the read mode is', () => {
  const chip = loadChip('generic-512');
  const mapping = mapNetwork(baselineGraph('resnet8'), chip);
  const assumed = (phases: 1 | 4) => chipCost(mapping, { phases }).parts.find(({ name }) => name === 'arrays')!.assumed;
  expect([assumed(1), assumed(4)]).toEqual([false, true]);
  expect(assumedParameters(chip)).toEqual(expect.arrayContaining(['readModes.1.mvmSeconds', 'readModes.1.mvmJoules']));
  expect(costBreakdown(chipCost(mapping, { phases: 4 }))).toContain('arrays (assumed)');
  const [mode] = chip.readModes;
  const scaled = { ...chip, readModes: [{ ...mode!, mvmJoules: { ...mode!.mvmJoules, assumed: true } }] };
  const { parts } = chipCost(mapNetwork(baselineGraph('resnet8'), scaled));
  expect(parts[0]).toMatchObject({ name: 'arrays', assumed: true });
});
