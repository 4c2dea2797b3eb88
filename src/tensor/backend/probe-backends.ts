import { KirchhoffError } from '../../config/index.js';
import { tf } from '../tf.js';
import type { BackendName } from './backend-report.js';
import { starters } from './starters.js';

/** What is known about one backend on this machine. */
export interface BackendProbe {
  readonly name: BackendName;
  readonly available: boolean;
  /** What runs, with how it compares, or what is missing. */
  readonly reason: string;
  /** What to do where it is not available. */
  readonly howToGet?: string;
}

/** How each backend compares; times are those of DESIGN section 9's convolutions on one core. */
const compared: Readonly<Record<BackendName, string>> = {
  native: 'the fastest on processors',
  wasm: 'several times slower than native, without fused training and analog kernels',
  cpu: 'hundreds of times slower than native: for small tests only',
  tensorflow: 'chosen by name; fast on a supported GPU, without analog kernels',
  webgpu: 'chosen by name; for GPUs of any vendor, without analog kernels',
};

const howToGet: Readonly<Record<BackendName, string>> = {
  native: 'install a C++17 compiler and Python 3, then: npm run build:native',
  wasm: 'npm install @tensorflow/tfjs-backend-wasm',
  cpu: 'npm install @tensorflow/tfjs-backend-cpu',
  tensorflow: 'npm install @tensorflow/tfjs-node-gpu (or @tensorflow/tfjs-node)',
  webgpu: 'npm install webgpu @tensorflow/tfjs-backend-webgpu, and a GPU driver',
};

function adviceFor(name: BackendName, error: unknown): string {
  if (name === 'native' && process.env.KIRCHHOFF_NO_NATIVE) return 'unset KIRCHHOFF_NO_NATIVE';
  if (name === 'native' && error instanceof KirchhoffError) return 'unset KIRCHHOFF_ISA';
  return howToGet[name];
}

/** Tries every backend, for `kirchhoff doctor`. The backend in use stays in use. */
export async function probeBackends(): Promise<BackendProbe[]> {
  const before = tf.getBackend();
  const probes: BackendProbe[] = [];
  for (const starter of starters) {
    const { name } = starter;
    try {
      const { description } = await starter.start();
      probes.push({ name, available: true, reason: `${description}; ${compared[name]}` });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      probes.push({ name, available: false, reason: reason.split('\n')[0]!, howToGet: adviceFor(name, error) });
    }
  }
  if (before !== undefined && before !== '') await tf.setBackend(before);
  return probes;
}
