/** Callbacks that Dawn asked the event loop for and that have not run yet. */
const waiting = new Set<() => void>();
let listening = false;

/**
 * Watches the callbacks by which Dawn, the WebGPU library, has its events processed. It asks for them by the global
 * setImmediate; from now on whoever waits for a result can run them at once, see {@link processDawnEvents}.
 */
export function watchDawnEvents(): void {
  if (listening) return;
  listening = true;
  const original = globalThis.setImmediate;
  const watching = (callback: (...args: never[]) => void, ...args: never[]) => {
    if (!isNativeFunction(callback)) return original(callback, ...args);
    const run = () => {
      if (waiting.delete(run)) callback(...args);
    };
    waiting.add(run);
    return original(run);
  };
  globalThis.setImmediate = Object.assign(watching, original) as typeof setImmediate;
}

/**
 * Processes Dawn's events until `done`: JavaScript has no other way to wait for a GPU without giving up its turn.
 * Throws an Error where nothing is left that could change the answer.
 */
export function processDawnEvents(done: () => boolean): void {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  while (!done()) {
    if (waiting.size === 0) throw new Error('WebGPU has no events left, but the result has not arrived');
    for (const run of [...waiting]) run();
    if (!done()) Atomics.wait(nap, 0, 0, 0.05);
  }
}

function isNativeFunction(value: unknown): boolean {
  return typeof value === 'function' && Function.prototype.toString.call(value).includes('[native code]');
}
