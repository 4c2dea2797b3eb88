import { fail } from '../../config/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';

type Rule = readonly [path: string, violated: (config: CrossbarConfig) => boolean, accepted: string];

/** What single tiles do and layers of a network do not. */
const rules: readonly Rule[] = [
  ['modifier.enableDuringTest', ({ modifier }) => modifier.enableDuringTest, 'false: modifiers in training only'],
  ['remap.maxScaleRange', ({ remap }) => remap.type !== 'None' && remap.maxScaleRange > 0, '0: no range of scales'],
];

const trainingRules: readonly Rule[] = [
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
  refuse(rules, config, 'Layers of a network do not have this setting.');
}

/** The same for those that matter in training alone. */
export function checkLayerTraining(config: CrossbarConfig): void {
  refuse(trainingRules, config, 'Layers of a network do not have this setting in training.');
}

function refuse(applying: readonly Rule[], config: CrossbarConfig, summary: string): void {
  for (const [path, violated, accepted] of applying) {
    if (violated(config)) fail('CROSSBAR_UNSUPPORTED', summary, { source: 'crossbar', path, accepted });
  }
}
