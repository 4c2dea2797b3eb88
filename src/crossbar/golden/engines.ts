import { fromAihwkit } from '../config/aihwkit.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';

/** The names that golden files give the two tiles. */
export const engines = ['cpp', 'torch'] as const;
export type EngineName = (typeof engines)[number];

/** A case's configuration on one of the two tiles. */
export function configFor(
  golden: { readonly name: string; readonly config: unknown },
  engine: EngineName,
): CrossbarConfig {
  const config = fromAihwkit(golden.config, golden.name);
  if (engine === 'cpp' || config.class !== 'InferenceRPUConfig') return config;
  return { ...config, class: 'TorchInferenceRPUConfig' };
}
