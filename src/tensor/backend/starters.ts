import type { BackendName, BackendStarter } from './backend-report.js';
import { cpuStarter } from './cpu.js';
import { nativeStarter } from './native.js';
import { tensorflowStarter } from './tensorflow.js';
import { wasmStarter } from './wasm.js';
import { webgpuStarter } from './webgpu.js';

/** Every backend there is, those that are tried on their own first. */
export const starters: readonly BackendStarter[] = [
  nativeStarter,
  wasmStarter,
  cpuStarter,
  tensorflowStarter,
  webgpuStarter,
];

/** What `auto` tries, in this order; the others run only when named. */
export const automaticOrder: readonly BackendName[] = ['native', 'wasm', 'cpu'];

/** The starter of a backend. */
export function starterOf(name: BackendName): BackendStarter {
  return starters.find((starter) => starter.name === name)!;
}
