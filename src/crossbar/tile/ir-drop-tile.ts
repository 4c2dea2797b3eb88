import { type Converter, createConverter } from '../../devices/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import type { Thevenin } from '../mvm/thevenin.js';

/** The time-dependent voltage drop of a configuration, where its tile has one. */
export function theveninOf({ class: tile, forward, mapping, noiseModel }: CrossbarConfig): Thevenin | undefined {
  if (tile !== 'TorchInferenceRPUConfigIRDropT' || forward.irDrop <= 0) return undefined;
  return { converter: createConverter(noiseModel.gConverter), maxInputSize: mapping.maxInputSize };
}

/** How weights lie on devices, for read noise that depends on the pulse length; undefined where there is none. */
export function pulseNoiseOf({ class: tile, forward, noiseModel }: CrossbarConfig): Converter | undefined {
  if (tile !== 'TorchInferenceRPUConfigIRDropT' || !forward.applyXdepPcmReadNoise) return undefined;
  return createConverter(noiseModel.gConverter);
}
