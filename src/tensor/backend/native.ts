import { type NativeAddon, pack } from '../native/addon.js';
import { loadNative } from '../native/loader.js';
import { registerNativeBackend } from '../native/register.js';
import { tf } from '../tf.js';
import type { BackendStarter } from './backend-report.js';

let threadsInForce = 1;

/** Our own backend: tfjs' cpu backend with its hot kernels in C++. */
export const nativeStarter: BackendStarter = {
  name: 'native',
  async start(threads) {
    const load = loadNative();
    if (!('addon' in load)) throw new Error(load.failures.map(({ reason }) => reason).join('; '));
    if (threads !== undefined) setThreads(load.addon, threads);
    registerNativeBackend(load.addon);
    const { isa } = load.addon;
    return { tfjsName: 'native', description: `C++ kernels, ${isa}`, isa, threads: threadsInForce };
  },
};

/**
 * Changes the threads that a kernel may use from now on, 1 to 256. Results do not depend on them. Does nothing while
 * another backend than `native` is in use.
 */
export function useThreads(threads: number): void {
  if (tf.getBackend() !== 'native' || threads === threadsInForce) return;
  const load = loadNative();
  if ('addon' in load) setThreads(load.addon, threads);
}

function setThreads(addon: NativeAddon, threads: number): void {
  tf.util.assert(
    Number.isInteger(threads) && threads >= 1 && threads <= 256,
    () => `threads must be an integer in [1, 256], got ${threads}`,
  );
  addon.setThreads(pack([threads]));
  threadsInForce = threads;
}
