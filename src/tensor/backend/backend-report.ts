/** The backends by name: ours, then those of TensorFlow.js. */
export const backendNames = ['native', 'wasm', 'cpu', 'tensorflow', 'webgpu'] as const;

export type BackendName = (typeof backendNames)[number];

/** What became of one attempt to start a backend. */
export interface BackendAttempt {
  readonly name: BackendName;
  readonly ok: boolean;
  /** Why it runs, or what is missing. */
  readonly reason: string;
}

/** Which backend runs, and why. */
export interface BackendReport {
  readonly backend: BackendName;
  /** One sentence for the user: which backend runs and why. */
  readonly line: string;
  /** Every backend that was tried, in order. */
  readonly tried: readonly BackendAttempt[];
  /** Instruction set of the native kernels: avx512, avx2 or generic. */
  readonly isa?: string;
  /** Threads that a kernel may use. */
  readonly threads: number;
}

/** Options of `useBackend`. */
export interface BackendOptions {
  /** A name, or `auto` (the default): the first of native, wasm and cpu that works. */
  readonly backend?: BackendName | 'auto';
  /**
   * Threads for one kernel, 1 to 256; absent: as many as before, 1 at first (a pool of workers owns the other cores).
   * Only `native` uses more than one.
   */
  readonly threads?: number;
}

/** How a backend is started: resolves with the reason it works, rejects with the reason it does not. */
export interface BackendStarter {
  readonly name: BackendName;
  /** Makes the backend known to tfjs; safe to call again. Without a number of threads, those in force stay. */
  start(threads?: number): Promise<StartedBackend>;
}

/** A backend that works. */
export interface StartedBackend {
  /** The name under which tfjs knows it. */
  readonly tfjsName: string;
  /** What runs, for the user's line. */
  readonly description: string;
  readonly isa?: string;
  readonly threads: number;
}
