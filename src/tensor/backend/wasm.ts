import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tf } from '../tf.js';
import type { BackendStarter } from './backend-report.js';
import { registerFallbackKernels } from './fallback-kernels.js';

/** tfjs' WebAssembly backend; kernels it lacks (the filter gradient of a convolution among them) run on `cpu`. */
export const wasmStarter: BackendStarter = {
  name: 'wasm',
  async start() {
    const packageFile = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    if (tf.findBackend('wasm') == null) setWasmPaths(join(dirname(packageFile), 'wasm-out/'));
    const before = processListeners();
    if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly could not be initialised');
    removeNewListeners(before);
    registerFallbackKernels('wasm');
    return { tfjsName: 'wasm', description: 'TensorFlow.js in WebAssembly', threads: 1 };
  },
};

const watched = ['uncaughtException', 'unhandledRejection'] as const;

function processListeners(): Map<string, readonly unknown[]> {
  return new Map(watched.map((event) => [event, process.listeners(event as 'uncaughtException')]));
}

/** The wasm loader installs handlers that print its whole source on any exception of the program: take them away. */
function removeNewListeners(before: ReadonlyMap<string, readonly unknown[]>): void {
  for (const event of watched) {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before.get(event)?.includes(listener)) process.removeListener(event, listener);
    }
  }
}
