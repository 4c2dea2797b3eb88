import type { CrossbarInput } from './crossbar-config.js';
import type { IoInput } from './io-parameters.js';

const eightBit = {
  boundManagement: 'None',
  noiseManagement: 'None',
  inpRes: 254,
  outRes: 254,
  outBound: 10,
  outNoise: 0.04,
} as const satisfies IoInput;

/** Fixed input range, 256x256 tiles: the crossbar of the analog benchmarks. */
const pcm8bit256: CrossbarInput = {
  forward: eightBit,
  mapping: { weightScalingOmega: 1, maxInputSize: 256, maxOutputSize: 256 },
  prePost: { inputRange: { enable: true, learnInputRange: false, initFromData: 0 } },
  modifier: { type: 'AddNormal', stdDev: 0.06 },
};

const webComposerIo = {
  class: 'WebComposerIOParameters',
  inpRes: 1 / 126,
  outRes: 1 / 510,
  outBound: 20,
  outNoise: 0.1,
} as const satisfies IoInput;

const webComposer: CrossbarInput = {
  forward: webComposerIo,
  clip: { type: 'FixedValue', fixedValue: 1 },
  modifier: { type: 'AddNormal', stdDev: 0.1 },
};

/** Ready-made crossbars: ours, and AIHWKit's (analog-inference reference, section 7) by their names there. */
export const presets: Readonly<Record<string, CrossbarInput>> = {
  'pcm-8bit-256': pcm8bit256,
  'hermes-8bit-256': { ...pcm8bit256, noiseModel: { class: 'HermesNoiseModel' } },
  ideal: {
    forward: { isPerfect: true },
    noiseModel: { class: 'PCMLikeNoiseModel', progNoiseScale: 0, readNoiseScale: 0, driftScale: 0 },
    driftCompensation: null,
    mapping: { weightScalingOmega: 1, maxInputSize: 256, maxOutputSize: 256 },
  },
  InferenceRPUConfig: {},
  TorchInferenceRPUConfig: { class: 'TorchInferenceRPUConfig' },
  QuantizedTorchInferenceRPUConfig: { class: 'QuantizedTorchInferenceRPUConfig' },
  TorchInferenceRPUConfigIRDropT: {
    class: 'TorchInferenceRPUConfigIRDropT',
    forward: { class: 'IOParametersIRDropT', irDrop: 1 },
  },
  FloatingPointPreset: {
    class: 'TorchInferenceRPUConfig',
    forward: { isPerfect: true },
    mapping: { maxInputSize: 0, maxOutputSize: 0 },
  },
  StandardHWATrainingPreset: {
    forward: {
      ...eightBit,
      class: 'PresetIOParameters',
      noiseManagement: 'Constant',
      nmThres: 1,
      wNoise: 0.0175,
      wNoiseType: 'PCMRead',
      irDrop: 1,
    },
    mapping: {
      weightScalingOmega: 1,
      weightScalingColumnwise: true,
      learnOutScaling: true,
      outScalingColumnwise: true,
      maxInputSize: 512,
      maxOutputSize: 0,
    },
    remap: { type: 'ChannelwiseSymmetric' },
    clip: { type: 'FixedValue', fixedValue: 1 },
    prePost: { inputRange: { enable: true } },
  },
  WebComposerInferenceRPUConfig: {
    ...webComposer,
    mapping: { weightScalingOmega: 1, weightScalingColumnwise: true, learnOutScaling: true },
  },
  OldWebComposerInferenceRPUConfig: {
    ...webComposer,
    mapping: {
      digitalBias: false,
      weightScalingOmega: 1,
      weightScalingColumnwise: true,
      maxInputSize: 0,
      maxOutputSize: 0,
    },
  },
};

/** The preset that is meant where none is named. */
export const defaultPreset = 'pcm-8bit-256';
