/** Most threads that one trial uses. Kernels are short, and the gain from more than two has not been measured. */
const mostThreads = 4;

/**
 * Divides the cores of a pool among the trials that run, so that none is idle while the last trials finish. Results do
 * not depend on threads, so a trial's share may change at any moment.
 *
 * The pool writes the share, the workers read it: it lies in memory that they have in common.
 */
export class SharedCores {
  readonly memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #share = new Int32Array(this.memory);
  #pending = 0;

  /**
   * @param cores to be divided
   * @param workers trials that can run at the same time
   */
  constructor(
    readonly cores: number,
    readonly workers: number,
  ) {
    this.#divide();
  }

  /** Counts a trial among those that run or wait until `work` has ended. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#pending++;
    this.#divide();
    try {
      return await work();
    } finally {
      this.#pending--;
      this.#divide();
    }
  }

  #divide(): void {
    const running = Math.max(1, Math.min(this.#pending, this.workers));
    Atomics.store(this.#share, 0, Math.max(1, Math.min(mostThreads, Math.floor(this.cores / running))));
  }
}

/** Reads a trial's share of the cores, in threads, from the memory of {@link SharedCores}. */
export function shareOfCores(memory: SharedArrayBuffer): number {
  return Atomics.load(new Int32Array(memory), 0);
}
