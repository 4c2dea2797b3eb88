import type { CrossbarConfig } from '../config/crossbar-config.js';
import { applyRules, type SettingRule } from '../config/setting-rules.js';

/** What single tiles do and layers of a network do not. */
const rules: readonly SettingRule[] = [
  ['modifier.enableDuringTest', ({ modifier }) => modifier.enableDuringTest, 'false: modifiers in training only'],
  ['remap.maxScaleRange', ({ remap }) => remap.type !== 'None' && remap.maxScaleRange > 0, '0: no range of scales'],
];

const trainingRules: readonly SettingRule[] = [
  [
    'modifier.copyLastColumn',
    ({ modifier }) => modifier.copyLastColumn,
    'false: it spares an analog bias, and layers in training add theirs digitally',
  ],
  [
    'mapping.weightScalingLrCompensation',
    ({ mapping }) => mapping.weightScalingLrCompensation,
    'false: layers train their logical weights, so that the mapping scale cancels',
  ],
];

/**
 * Refuses settings that layers of a network do not have.
 *
 * @throws CROSSBAR_UNSUPPORTED naming the setting and what is accepted
 */
export function checkLayer(config: CrossbarConfig): void {
  applyRules(rules, config, 'crossbar', 'Layers of a network do not have this setting.');
}

/** The same for those that matter in training alone. */
export function checkLayerTraining(config: CrossbarConfig): void {
  applyRules(trainingRules, config, 'crossbar', 'Layers of a network do not have this setting in training.');
}
