import { expect, test } from 'vitest';
import { crossbarPresets, defaultPreset, resolveCrossbar } from '../../../src/crossbar/index.js';

test('every preset resolves to a complete configuration', () => {
  for (const name of crossbarPresets()) {
    const config = resolveCrossbar(name);
    expect(config.forward.inpRes, name).toBeDefined();
    expect(resolveCrossbar(config), name).toEqual(config);
  }
});

test('the default is an 8-bit PCM crossbar of 256 x 256', () => {
  const config = resolveCrossbar();
  expect(config).toEqual(resolveCrossbar(defaultPreset));
  expect(config).toMatchObject({
    class: 'InferenceRPUConfig',
    mapping: { maxInputSize: 256, maxOutputSize: 256, weightScalingOmega: 1, digitalBias: true },
    forward: {
      inpRes: 254,
      outRes: 254,
      outBound: 10,
      outNoise: 0.04,
      noiseManagement: 'None',
      boundManagement: 'None',
    },
    modifier: { type: 'AddNormal', stdDev: 0.06 },
    noiseModel: { class: 'PCMLikeNoiseModel', gMax: 25 },
    driftCompensation: { class: 'GlobalDriftCompensation' },
  });
});

test('an unknown preset is answered with the known ones and a guess', () => {
  expect(() => resolveCrossbar('pcm-8bit-265', '--crossbar')).toThrow(
    [
      'There is no crossbar preset "pcm-8bit-265".',
      '  in:       --crossbar',
      '  found:    pcm-8bit-265',
      `  accepted: ${crossbarPresets().join(', ')}`,
      '  try:      pcm-8bit-256',
    ].join('\n'),
  );
});

test('a misspelt key is named with its path and a guess', () => {
  expect(() => resolveCrossbar({ forward: { outNoize: 0.1 } }, 'net.yaml')).toThrow(
    /Unknown key "outNoize"\. Did you mean "outNoise"\?\n {2}in: {7}net\.yaml at forward\.outNoize/,
  );
});

test('a value out of range is named', () => {
  expect(() => resolveCrossbar({ mapping: { maxInputSize: -1 } }, 'net.yaml')).toThrow(/mapping\.maxInputSize/);
  expect(() => resolveCrossbar({ noiseModel: { class: 'PCMLike' } }, 'net.yaml')).toThrow(/noiseModel/);
});

test('I/O parameters of a named class start from its defaults', () => {
  const { forward, backward } = resolveCrossbar({
    forward: { class: 'StandardIOParameters', outNoise: 0.1 },
    backward: { class: 'PresetIOParameters' },
  });
  expect(forward).toMatchObject({ inpRes: 1 / 254, outRes: 1 / 254, outBound: 10, outNoise: 0.1 });
  expect(backward).toMatchObject({ inpRes: 1 / 126, outRes: 1 / 510, outBound: 20, outNoise: 0.1 });
  expect(resolveCrossbar({ forward: { class: 'IOParametersIRDropT' } }).forward.irDrop).toBe(1);
  expect(resolveCrossbar({ forward: { class: 'WebComposerIOParameters' } }).forward.outBound).toBe(20);
  expect(resolveCrossbar({ forward: { class: 'IOParameters' } }).forward).toMatchObject({
    outBound: 12,
    outNoise: 0.06,
  });
});

test('the tile that resolves time has the forward pass of its class by default', () => {
  const preset = resolveCrossbar('TorchInferenceRPUConfigIRDropT');
  expect(resolveCrossbar({ class: 'TorchInferenceRPUConfigIRDropT' })).toEqual(preset);
  const { forward, backward } = resolveCrossbar({
    class: 'TorchInferenceRPUConfigIRDropT',
    forward: { outNoise: 0.1 },
  });
  expect(forward).toEqual({ ...preset.forward, outNoise: 0.1 });
  expect(forward).toMatchObject({
    class: 'IOParametersIRDropT',
    irDrop: 1,
    irDropRs: 0.15,
    irDropVRead: 0.4005,
    adcQuantization: true,
  });
  expect(backward).toMatchObject({ class: 'IOParameters', irDrop: 0, isPerfect: true });
  const without = { class: 'TorchInferenceRPUConfigIRDropT', forward: { irDrop: 0 } };
  expect(resolveCrossbar(without).forward.irDrop).toBe(0);
  expect(resolveCrossbar({ forward: { outNoise: 0.1 } }).forward.irDrop).toBe(0);
});

test.each([
  [
    'gConverter.gMin',
    { class: 'PCMLikeNoiseModel', gConverter: { class: 'SinglePairConductanceConverter', gMin: 25 } },
  ],
  ['gMin', { class: 'ReRamCMONoiseModel', gMax: 8 }],
  ['coeffDict', { class: 'ReRamCMONoiseModel', coeffDict: {} }],
  [
    'customDriftModel.gLst',
    {
      class: 'CustomDriftPCMLikeNoiseModel',
      customDriftModel: { gLst: [0, 20], nuMeanLst: [0.1, 0.1], nuStdLst: [0, 0] },
    },
  ],
])('names %s of a noise model that gives no numbers', (path, noiseModel) => {
  const refusal = expect.objectContaining({
    code: 'CROSSBAR_INVALID',
    details: expect.objectContaining({ path: `noiseModel.${path}` }),
  });
  expect(() => resolveCrossbar({ noiseModel })).toThrow(refusal);
});
