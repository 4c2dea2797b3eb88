import { fail } from '../../config/index.js';
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
    if (!('addon' in load)) {
      const reasons = [...new Set(load.failures.map(({ reason }) => reason))].join('; ');
      if (process.env.KIRCHHOFF_ISA && reasons.includes('KIRCHHOFF_ISA')) refuseIsa(reasons);
      throw new Error(reasons);
    }
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

/** An instruction set that was asked for and cannot be had: another engine in its place would be measured unnoticed. */
function refuseIsa(reasons: string): never {
  return fail('BACKEND_UNAVAILABLE', 'The native engine cannot use the instruction set that was asked for.', {
    source: 'the environment variable KIRCHHOFF_ISA',
    found: reasons,
    accepted: 'avx512, avx2 or generic, where this machine has it; unset: the best one',
  });
}

/** Most threads that a kernel may use. */
export const threadLimit = 256;

/** Refuses numbers of threads that no backend takes. */
export function assertThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= threadLimit) return;
  fail('USAGE', 'This is not a number of threads.', {
    found: String(threads),
    accepted: `a whole number from 1 to ${threadLimit}`,
  });
}

function setThreads(addon: NativeAddon, threads: number): void {
  assertThreads(threads);
  addon.setThreads(pack([threads]));
  threadsInForce = threads;
}
