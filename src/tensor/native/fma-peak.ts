import { pack } from './addon.js';
import { loadNative } from './loader.js';

/**
 * The most floating-point operations per second that the native kernels' instruction set reaches on the threads in force, in
 * GFLOP/s: the best of `attempts` loops of multiply-adds, a fifth of a millisecond each. Undefined where the addon is not built.
 */
export function fmaPeak(attempts = 150): number | undefined {
  const load = loadNative();
  if (!('addon' in load)) return undefined;
  const out = new Float32Array(2);
  let best = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const start = performance.now();
    load.addon.fmaLoop(pack([100_000]), out);
    best = Math.max(best, out[0]! / (performance.now() - start) / 1e6);
  }
  return best;
}
