import { type CrossbarConfig, engineOf } from './crossbar-config.js';
import { applyRules, resolvesTime, type SettingRule } from './setting-rules.js';
import { timeResolvedRules } from './time-resolved-rules.js';

/** What AIHWKit's torch tile refuses (analog-inference reference, 2.6). */
const rules: readonly SettingRule[] = [
  [
    'forward.mvType',
    (c) => c.forward.mvType !== 'OnePass' && !(resolvesTime(c) && ['SplitMode', 'BitWise'].includes(c.forward.mvType)),
    'only OnePass (and SplitMode, BitWise with time-dependent voltage drop)',
  ],
  [
    'forward.noiseManagement',
    (c) => ['AverageAbsMax', 'AbsMaxNPSum'].includes(c.forward.noiseManagement),
    'None, AbsMax, Max or Constant',
  ],
  ['forward.wNoiseType', (c) => c.forward.wNoiseType !== 'None' || c.forward.wNoise > 0, 'no short-term weight noise'],
  ['forward.irDrop', (c) => c.forward.irDrop > 0 && !resolvesTime(c), 'no simple voltage drop'],
  ['forward.outNonlinearity', (c) => c.forward.outNonlinearity > 0, 'no S-shaped outputs'],
  ['forward.slopeCalibration', (c) => c.forward.slopeCalibration > 0, 'no slope calibration'],
  [
    'forward.rSeries',
    (c) => c.forward.vOffsetStd > 0 || c.forward.vOffsetWMin > 0 || c.forward.rSeries > 0,
    'no voltage offset, no series resistance',
  ],
  ['forward.wReadAsymmetryDtod', (c) => c.forward.wReadAsymmetryDtod > 0, 'no read asymmetry'],
  [
    'modifier.type',
    (c) => ['DoReFa', 'Poly', 'ProgNoise', 'PCMNoise', 'DiscretizeAddNormal', 'DropConnect'].includes(c.modifier.type),
    'None, Copy, Discretize, MultNormal or AddNormal',
  ],
  ['modifier.pdrop', (c) => c.modifier.pdrop > 0, 'no drop connect'],
  ['modifier.enableDuringTest', (c) => c.modifier.enableDuringTest, 'modifiers in training only'],
  ['modifier.copyLastColumn', (c) => c.modifier.copyLastColumn, 'no copied last column'],
  ['clip.type', (c) => c.clip.type === 'AverageChannelMax', 'None, FixedValue or LayerGaussian'],
  [
    'remap',
    ({ remap }) => remap.remappedWmax !== 1 || remap.maxScaleRange > 0 || remap.maxScaleRef > 0,
    'remappedWmax 1 and no range of scales',
  ],
  ['modifier.res', ({ modifier }) => modifier.type === 'Discretize' && modifier.res <= 0, 'a step above 0'],
  ['mapping.digitalBias', (c) => !c.mapping.digitalBias, 'bias in the digital part'],
  [
    'prePost.inputRange.manageOutputClipping',
    (c) => c.prePost.inputRange.manageOutputClipping,
    'not implemented there',
  ],
];

const quantised = (config: CrossbarConfig) => config.class === 'QuantizedTorchInferenceRPUConfig';

/** Rules that hold for both tiles. */
const commonRules: readonly SettingRule[] = [
  [
    'forward.applyXdepPcmReadNoise',
    (c) => c.forward.applyXdepPcmReadNoise && !resolvesTime(c),
    'only with class TorchInferenceRPUConfigIRDropT',
  ],
  [
    'forward.applyXdepPcmReadNoise',
    (c) => c.forward.applyXdepPcmReadNoise && c.noiseModel.gConverter.class !== 'SinglePairConductanceConverter',
    'only with a SinglePairConductanceConverter',
  ],
  ['actQuantConfig', (c) => c.actQuantConfig !== null && !quantised(c), 'class QuantizedTorchInferenceRPUConfig'],
  [
    'prePost.periphQuant',
    (c) => c.prePost.periphQuant.nBits > 0 && !quantised(c),
    'class QuantizedTorchInferenceRPUConfig',
  ],
  [
    'forward.boundManagement',
    (c) => c.forward.boundManagement === 'Shift' && !c.forward.isPerfect,
    'None, Iterative or IterativeWorstCase (AIHWKit names Shift and does not have it either)',
  ],
  [
    'modifier.perBatchSample',
    (c) => {
      const { perBatchSample, type } = c.modifier;
      const random = engineOf(c) === 'torch' && ['AddNormal', 'MultNormal'].includes(type);
      return perBatchSample && !random && type !== 'None' && type !== 'Copy';
    },
    'AddNormal or MultNormal on a torch tile',
  ],
  [
    'remap.remappedWmax',
    ({ remap }) => remap.type === 'ChannelwiseSymmetric' && remap.maxScaleRange > 0 && remap.remappedWmax !== 1,
    'remappedWmax 1 with a range of scales',
  ],
  [
    'prePost.inputRange.manageOutputClipping',
    (c) => {
      const { noiseManagement, boundManagement, isPerfect } = c.forward;
      const managed = noiseManagement !== 'None' || boundManagement !== 'None' || isPerfect;
      return c.prePost.inputRange.enable && c.prePost.inputRange.manageOutputClipping && managed;
    },
    'only without noise and bound management and with a non-perfect forward pass',
  ],
  [
    'forward.mvType',
    (c) => engineOf(c) === 'rpu' && ['SplitMode', 'BitWise'].includes(c.forward.mvType),
    'SplitMode and BitWise need class TorchInferenceRPUConfigIRDropT',
  ],
  [
    'forward.inpBound',
    (c) =>
      engineOf(c) === 'rpu' && c.forward.noiseManagement !== 'None' && !c.forward.isPerfect && c.forward.inpBound !== 1,
    'inpBound 1 wherever noise management is on',
  ],
];

/**
 * Refuses what the tile of a configuration does not do.
 * @throws CROSSBAR_UNSUPPORTED naming the setting and what that tile accepts
 */
export function checkSupported(config: CrossbarConfig, source = 'crossbar'): void {
  const own = engineOf(config) === 'torch' ? [...rules, ...timeResolvedRules] : [];
  applyRules([...own, ...commonRules], config, source);
}
