import { checkConvDeterministic } from './check-conv-deterministic.js';
import { checkDriftEndToEnd } from './check-drift-end-to-end.js';
import { checkInputRange } from './check-input-range.js';
import { checkIrDropTimeDependent } from './check-irdrop-time-dependent.js';
import { checkMvmDeterministic } from './check-mvm-deterministic.js';
import { checkMvmNoiseStats } from './check-mvm-noise-stats.js';
import { checkPcmNoise } from './check-pcm-noise.js';
import { checkWeightClipRemap } from './check-weight-clip-remap.js';
import { checkWeightModifiers } from './check-weight-modifiers.js';
import type { CaseCheck } from './golden-case.js';

/** The check of each golden file; a text says why a file is not checked here. */
export const goldenFiles: Readonly<Record<string, CaseCheck | string>> = {
  'mvm_deterministic.json': checkMvmDeterministic,
  'mvm_noise_stats.json': checkMvmNoiseStats,
  'pcm_noise.json': checkPcmNoise,
  'drift_end_to_end.json': checkDriftEndToEnd,
  'conv_deterministic.json': checkConvDeterministic,
  'weight_modifiers.json': checkWeightModifiers,
  'weight_clip_remap.json': checkWeightClipRemap,
  'input_range.json': checkInputRange,
  'irdrop_time_dependent.json': checkIrDropTimeDependent,
  'device_pulse_response.json': 'in-memory training is not built yet',
  'pulsed_update_stats.json': 'in-memory training is not built yet',
  'training_curves.json': 'in-memory training is not built yet',
  'resnet20_drift.json': 'a whole network: kirchhoff evaluate covers it',
};
