import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  assumedParameters,
  checkLimits,
  chipCost,
  chipNames,
  costBreakdown,
  floorPlan,
  gantt,
  loadChip,
  mapNetwork,
  namedLimits,
  parseLimits,
  quantitiesOf,
  simulateChip,
} from '../../src/chip/index.js';
import { baselineGraph, countNetwork } from '../../src/nn/index.js';

function chipFile(change: (chip: Record<string, unknown>) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'chip-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const chip = structuredClone(loadChip('hermes-64')) as unknown as Record<string, unknown>;
  change(chip);
  writeFileSync(join(folder, 'mine.json'), JSON.stringify(chip));
  return join(folder, 'mine.json');
}

test.each(chipNames())('every number of %s has a source', (name) => {
  const chip = loadChip(name);
  expect(quantitiesOf(chip).length).toBeGreaterThan(20);
  for (const { quantity } of quantitiesOf(chip)) expect(chip.sources[quantity.source]).toBeDefined();
});

test('the derived read modes of the 64-core chip follow from its peak figures', () => {
  const chip = loadChip('hermes-64');
  const cells = chip.rows.value * chip.columns.value;
  for (const mode of chip.readModes) {
    const seconds = (chip.cores.value * cells * 2) / mode.peakOpsPerSecond!.value;
    const joules = (cells * 2) / mode.peakOpsPerJoule!.value;
    expect(mode.mvmSeconds.value / seconds).toBeCloseTo(1, 5);
    expect(mode.mvmJoules.value / joules).toBeCloseTo(1, 5);
  }
  expect(assumedParameters(chip)).toContain('digital.vectorSeconds');
  expect(assumedParameters(chip)).not.toContain('readModes.0.mvmSeconds');
});

test('wrong chips are refused in words', () => {
  expect(() => loadChip('hermes-46')).toThrow('There is no such chip.\n  in:       chip\n  found:    hermes-46');
  expect(() =>
    loadChip(chipFile((chip) => Object.assign(chip, { cores: { value: 0, source: 'nature2023' } }))),
  ).toThrow(/cores\.value\n {2}found: {4}0/);
  expect(() => loadChip(chipFile((chip) => Object.assign(chip, { rows: { value: 9, source: 'rumour' } })))).toThrow(
    /rows\.source\n {2}found: {4}"rumour"\n {2}accepted: one of the keys of "sources": nature2023/,
  );
  expect(() => loadChip(chipFile((chip) => Object.assign(chip, { colums: 3 })))).toThrow('Did you mean "columns"?');
  expect(() => chipCost(mapNetwork(baselineGraph('resnet8'), loadChip('isaac-like')), { phases: 4 })).toThrow(
    'The chip isaac-like has no 4-phase read mode.',
  );
});

test('the limit that binds is named', () => {
  const { chip, phases, limits } = namedLimits.tinyml;
  const check = (name: string) => {
    const graph = baselineGraph(name);
    const { cores, latencySeconds, energyJoules } = chipCost(mapNetwork(graph, loadChip(chip)), { phases });
    return checkLimits({ parameters: countNetwork(graph).parameters, cores, latencySeconds, energyJoules }, limits);
  };
  expect(check('resnet8')).toMatchObject({ ok: true, binding: { name: 'energyJoules', limit: 100e-6 } });
  expect(check('resnet32').ok).toBe(false);
  expect(check('resnet32').binding!.name).toBe('energyJoules');
  expect(
    check('resnet56')
      .checks.filter(({ share }) => share > 1)
      .map(({ name }) => name),
  ).toEqual(['parameters', 'cores', 'latencySeconds', 'energyJoules']);
  expect(checkLimits({ parameters: 9, cores: 9, latencySeconds: 9, energyJoules: 9 }, {})).toEqual({
    ok: true,
    binding: null,
    checks: [],
  });
});

test('limits are read from a flag: a name, numbers, or both', () => {
  expect(parseLimits('tinyml')).toEqual(namedLimits.tinyml.limits);
  expect(parseLimits('tinyml,energy=2e-4')).toEqual({ ...namedLimits.tinyml.limits, energyJoules: 2e-4 });
  expect(parseLimits('cores=20, params=1e5')).toEqual({ cores: 20, parameters: 100_000 });
  expect(() => parseLimits('tinyml,power=3')).toThrow(
    /found: {4}power=3\n {2}accepted: params, macs, cores, latency, energy/,
  );
  expect(() => parseLimits('tinyml,energy=-1')).toThrow('found:    energy=-1');
  expect(() => parseLimits('tinml')).toThrow('try:      tinyml');
  expect(() => parseLimits('enrgy=2')).toThrow('try:      energy=2');
  expect(parseLimits('none')).toEqual({});
  expect(() => parseLimits('energy=2e-4=7')).toThrow('found:    energy=2e-4=7');
  expect(() => parseLimits('tinyml,none')).toThrow('found:    tinyml,none\n  accepted: none alone');
});

test('the pictures show every block, every layer and every part', () => {
  const mapping = mapNetwork(baselineGraph('resnet8'), loadChip('hermes-64'), { placement: 'packed' });
  const plan = floorPlan(mapping);
  expect(plan.match(/fill-opacity="0.8"><title>/g)).toHaveLength(mapping.blocks.length);
  expect(plan.match(/<title>core /g)).toHaveLength(64);
  const timeline = gantt(simulateChip(mapping, { inferences: 3 }));
  expect(timeline.match(/inference 3: /g)).toHaveLength(mapping.layers.length);
  const breakdown = costBreakdown(chipCost(mapping));
  expect(breakdown).toContain('outputs (assumed)');
  for (const picture of [plan, timeline, breakdown]) expect(picture).not.toMatch(/NaN|Infinity|undefined/);
});
