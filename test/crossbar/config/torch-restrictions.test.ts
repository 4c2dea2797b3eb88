import { expect, test } from 'vitest';
import { checkSupported, resolveCrossbar } from '../../../src/crossbar/index.js';

const torch = (change: Record<string, unknown>) => resolveCrossbar({ class: 'TorchInferenceRPUConfig', ...change });

test.each([
  ['forward.mvType', { forward: { mvType: 'PosNegSeparate' } }],
  ['forward.noiseManagement', { forward: { noiseManagement: 'AverageAbsMax' } }],
  ['forward.irDrop', { forward: { irDrop: 1 } }],
  ['forward.wNoiseType', { forward: { wNoise: 0.1, wNoiseType: 'PCMRead' } }],
  ['modifier.type', { modifier: { type: 'PCMNoise', stdDev: 1 } }],
  ['mapping.digitalBias', { mapping: { digitalBias: false } }],
  ['clip.type', { clip: { type: 'AverageChannelMax' } }],
])('the torch tile refuses %s, the C++ tile takes it', (path, change) => {
  expect(() => checkSupported(torch(change))).toThrow(`at ${path}`);
  expect(() => checkSupported(resolveCrossbar(change))).not.toThrow();
});

test('the standard preset does not run on the torch tile, as upstream', () => {
  const preset = resolveCrossbar('StandardHWATrainingPreset');
  expect(() => checkSupported({ ...preset, class: 'TorchInferenceRPUConfig' })).toThrow('does not support');
});

test('split inputs need the tile that resolves time', () => {
  expect(() => checkSupported(resolveCrossbar({ forward: { mvType: 'SplitMode' } }))).toThrow('IRDropT');
});
