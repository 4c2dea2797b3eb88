import { pack } from '../native/addon.js';
import { loadNative } from '../native/loader.js';
import { registerNativeBackend } from '../native/register.js';
import type { BackendStarter } from './backend-report.js';

/** Our own backend: tfjs' cpu backend with its hot kernels in C++. */
export const nativeStarter: BackendStarter = {
  name: 'native',
  async start(threads) {
    const load = loadNative();
    if (!('addon' in load)) throw new Error(load.failures.map(({ reason }) => reason).join('; '));
    load.addon.setThreads(pack([threads]));
    registerNativeBackend(load.addon);
    const { isa } = load.addon;
    return { tfjsName: 'native', description: `C++ kernels, ${isa}`, isa, threads };
  },
};
