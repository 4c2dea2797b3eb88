import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { crossbarPresets, fromAihwkit, resolveCrossbar, toAihwkit } from '../../../src/crossbar/index.js';

const cases = JSON.parse(readFileSync(new URL('../../golden/mvm_deterministic.json', import.meta.url), 'utf8'));
const effective = cases[1].config.effective;

test('reads {class, non_default, effective} and the bare effective object alike', () => {
  const config = fromAihwkit(cases[1].config);
  expect(config).toEqual(fromAihwkit(effective));
  expect(config.forward).toMatchObject({ outNoise: 0, inpRes: 0.007936507937, irDropGRatio: 571428.5714 });
  expect(config.driftCompensation).toBeNull();
  expect(config.noiseModel).toMatchObject({ t0: 20, tRead: 2.5e-7 });
});

test('reads the parts on their own', () => {
  const modifier = { class: 'WeightModifierParameter', type: 'AddNormal', std_dev: 0.06, pcm_t0: 20 };
  expect(fromAihwkit({ modifier, non_default: { type: 'AddNormal', std_dev: 0.06 } }).modifier.stdDev).toBe(0.06);
  expect(
    fromAihwkit({ clip: { class: 'WeightClipParameter', type: 'FixedValue', fixed_value: 0.7 } }).clip.fixedValue,
  ).toBe(0.7);
  expect(fromAihwkit({ remap: { class: 'WeightRemapParameter', type: 'LayerwiseSymmetric' } }).remap.type).toBe(
    'LayerwiseSymmetric',
  );
  const noise = { class: 'StateIndependentNoiseModel', drift_nu_mean: 0.2, t_0: 10 };
  expect(fromAihwkit(noise).noiseModel).toMatchObject({ driftNuMean: 0.2, t0: 10 });
  const converter = { class: 'DualPairConductanceConverter', f_lst: [1, 3], g_max: 30, g_min: 0.1, scale_ratio: null };
  expect(fromAihwkit(converter).noiseModel).toMatchObject({ gMax: 30, gConverter: { fLst: [1, 3], gMin: 0.1 } });
});

test('tells AIHWKit configurations from our own', () => {
  expect(resolveCrossbar(cases[1].config)).toEqual(fromAihwkit(effective));
  expect(resolveCrossbar({ forward: { outNoise: 0 } }).forward.outNoise).toBe(0);
});

test('writes what it reads: every preset survives the way there and back', () => {
  for (const name of crossbarPresets()) {
    const config = resolveCrossbar(name);
    expect(fromAihwkit(JSON.parse(JSON.stringify(toAihwkit(config)))), name).toEqual(config);
  }
});

test('writes AIHWKit field names', () => {
  const snake = toAihwkit(resolveCrossbar('pcm-8bit-256')) as Record<string, Record<string, unknown>>;
  expect(snake.forward).toMatchObject({ inp_res: 254, v_offset_w_min: -1, ir_drop_g_ratio: 1 / 0.35 / 5e-6 });
  expect(snake.noise_model).toMatchObject({ t_0: 20, prog_coeff_g_max_reference: 25 });
  for (const key of Object.keys(effective.forward)) expect(snake.forward).toHaveProperty([key]);
});

test('reads the class beside the effective object', () => {
  expect(resolveCrossbar({ class: 'TorchInferenceRPUConfig', effective: { forward: { out_noise: 0.1 } } })).toEqual(
    resolveCrossbar({ class: 'TorchInferenceRPUConfig', forward: { outNoise: 0.1 } }),
  );
  expect(resolveCrossbar({ class: 'HermesNoiseModel', effective: { num_devices: 1 } }).noiseModel).toMatchObject({
    class: 'HermesNoiseModel',
    gMax: 10.35,
  });
  const preset = fromAihwkit({ class: 'StandardHWATrainingPreset', effective: { forward: { out_noise: 0.2 } } });
  expect(preset).toMatchObject({ forward: { outNoise: 0.2, irDrop: 1 }, remap: { type: 'ChannelwiseSymmetric' } });
  expect(resolveCrossbar({ class: 'FloatingPointPreset' })).toEqual(resolveCrossbar('FloatingPointPreset'));
});

test('refuses two classes that contradict each other', () => {
  const config = { class: 'TorchInferenceRPUConfig', effective: { class: 'InferenceRPUConfig' } };
  expect(() => resolveCrossbar(config, 'chip.json')).toThrow(
    /in: {7}chip\.json at effective\.class\n.*InferenceRPUConfig/,
  );
  const preset = { class: 'StandardHWATrainingPreset', effective: { class: 'InferenceRPUConfig' } };
  expect(resolveCrossbar(preset)).toEqual(resolveCrossbar('StandardHWATrainingPreset'));
});

test.each([
  ['device.class', { class: 'SingleRPUConfig', device: { class: 'ConstantStepDevice' }, non_default: {} }],
  ['device.class', { class: 'SingleRPUConfig', effective: { device: { class: 'SoftBoundsDevice' } } }],
  ['device.class', { class: 'UnitCellRPUConfig', effective: { device: { class: 'VectorUnitCell' } } }],
  ['device.class', { class: 'SingleRPUConfig', device: { class: 'SoftBoundsDevice' } }],
  ['device.class', { effective: { device: { class: 'SoftBoundsDevice' }, forward: {} } }],
  ['class', { class: 'UnitCellRPUConfig' }],
  ['class', { class: 'DigitalRankUpdateRPUConfig', effective: { forward: { out_noise: 0.1 } } }],
  ['class', { class: 'ChoppedTTv2EcRamMOPreset', non_default: {} }],
  ['class', { class: 'PCMPreset', effective: {} }],
])('refuses training in memory, at %s of %j', (path, config) => {
  const refusal = expect.objectContaining({
    code: 'CROSSBAR_UNSUPPORTED',
    details: expect.objectContaining({
      source: 'chip.json',
      path,
      accepted: expect.stringContaining('InferenceRPUConfig, TorchInferenceRPUConfig'),
    }),
  });
  expect(() => resolveCrossbar(config, 'chip.json')).toThrow(refusal);
});

test('names an unknown field', () => {
  expect(() => fromAihwkit({ forward: { out_nois: 0.1 } }, 'chip.json')).toThrow(/"outNois".*Did you mean "outNoise"/);
});

test('other I/O parameters in place of those of a preset start from their own class', () => {
  const { forward } = fromAihwkit({
    class: 'StandardHWATrainingPreset',
    non_default: { forward: { class: 'StandardIOParameters', out_noise: 0.2 } },
  });
  expect(forward).toMatchObject({ outNoise: 0.2, outBound: 10, noiseManagement: 'AbsMax', irDrop: 0, wNoise: 0 });
  const changed = fromAihwkit({ class: 'StandardHWATrainingPreset', non_default: { forward: { out_noise: 0.2 } } });
  expect(changed.forward).toMatchObject({ outNoise: 0.2, noiseManagement: 'Constant', irDrop: 1 });
});

test('reads and writes the quantised periphery, also under the field names that AIHWKit keeps it', () => {
  const config = fromAihwkit({
    class: 'QuantizedTorchInferenceRPUConfig',
    act_quant_config: {
      class: 'ActivationQuantConfig',
      n_bits: 8,
      symmetric: false,
      _range_estimator: 'MSE',
      _range_estimator_params: { class: 'MSEEstimatorParams', range_opt_method: 'grid', num_candidates: 50 },
      _range_estimator_to_params: { MSE: 'MSEEstimatorParams' },
    },
    pre_post: {
      class: 'PrePostProcessingParameterQuant',
      input_range: { class: 'InputRangeParameter', enable: true },
      periph_quant: { class: 'PeripheryQuantizationParameter', n_bits: 6, learn_quant_params: true },
    },
  });
  expect(config.actQuantConfig).toMatchObject({
    nBits: 8,
    symmetric: false,
    rangeEstimator: 'MSE',
    rangeEstimatorParams: { rangeOptMethod: 'grid', numCandidates: 50, rangeMargin: 0.5 },
  });
  expect(config.prePost.periphQuant).toMatchObject({ nBits: 6, learnQuantParams: true, initLearningAfter: 100 });
  const written = toAihwkit(config);
  expect(fromAihwkit(JSON.parse(JSON.stringify(written)))).toEqual(config);
  expect(written).toMatchObject({ act_quant_config: { n_bits: 8, range_estimator: 'MSE' } });
  expect(toAihwkit(resolveCrossbar('TorchInferenceRPUConfig'))).not.toHaveProperty('act_quant_config');
});
