import { expect, test } from 'vitest';
import { checkSupported, fromAihwkit, resolveCrossbar } from '../../../src/crossbar/index.js';

const tile = 'TorchInferenceRPUConfigIRDropT';

const refusal = (path: string) =>
  expect.objectContaining({
    code: 'CROSSBAR_UNSUPPORTED',
    details: expect.objectContaining({ source: 'chip.json', path, accepted: expect.any(String) }),
  });

test.each([
  ['forward.inpRes', { inpRes: 0 }],
  ['forward.inpRes', { inpRes: -1 }],
  ['forward.inpBound', { inpBound: 0 }],
  ['forward.inpRes', { mvType: 'SplitMode', inpRes: 1 / 100 }],
  ['forward.inpRes', { mvType: 'BitWise', inpRes: 128 }],
  ['forward.splitModeBitShift', { mvType: 'SplitMode', splitModeBitShift: 7 }],
  ['forward.irDropTimeStepResolutionScale', { irDropTimeStepResolutionScale: 1 / 65 }],
  ['forward.irDropTimeStepResolutionScale', { mvType: 'SplitMode', irDropTimeStepResolutionScale: 0.1 }],
] as const)('the tile that resolves time refuses %s of %j', (path, forward) => {
  expect(() => resolveCrossbar({ class: tile, forward }, 'chip.json')).toThrow(refusal(path));
  expect(() => fromAihwkit({ class: tile, forward }, 'chip.json')).toThrow(refusal(path));
  expect(() => resolveCrossbar({ forward })).not.toThrow();
  expect(() => resolveCrossbar({ class: tile, forward: { ...forward, isPerfect: true } })).not.toThrow();
  const changed = { ...resolveCrossbar(tile), forward: { ...resolveCrossbar(tile).forward, ...forward } };
  expect(() => checkSupported(changed, 'chip.json')).toThrow(refusal(path));
});

test.each([
  { inpRes: 1 / 100 },
  { mvType: 'SplitMode', inpRes: 254 },
  { mvType: 'SplitMode', inpRes: 0.007936507937, splitModeBitShift: 6 },
  { mvType: 'BitWise', inpRes: 1 / 30, irDropTimeStepResolutionScale: 0.01 },
  { irDropTimeStepResolutionScale: 1 / 64 },
] as const)('the tile that resolves time takes %j', (forward) => {
  expect(() => checkSupported(resolveCrossbar({ class: tile, forward }))).not.toThrow();
});

test.each([
  { class: 'ReRamCMONoiseModel' },
  { class: 'PCMLikeNoiseModel', gConverter: { class: 'FusionConductanceConverter' } },
])('voltage drop in time needs pairs of conductances, not those of %j', (noiseModel) => {
  const config = { class: tile, noiseModel };
  expect(() => resolveCrossbar(config, 'chip.json')).toThrow(refusal('noiseModel.gConverter.class'));
  expect(() => resolveCrossbar({ ...config, forward: { irDrop: 0 } })).not.toThrow();
});
