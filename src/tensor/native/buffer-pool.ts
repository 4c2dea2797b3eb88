import type { NativeAddon } from './addon.js';

const alignedFrom = 1024;
const hugeFrom = 1 << 18;
const cacheLine = 64;
const hugePage = 2 << 20;

/**
 * Float32 arrays that are used again: a fresh array of 8 MB costs more than a ReLU over it, because every page of it is
 * zeroed by the system. Last in, first out by length, so that the array handed out is likely still in the cache; bounded
 * in bytes, the lengths not asked for the longest leaving first. Arrays come uninitialised.
 */
export class BufferPool {
  readonly #free = new Map<number, Float32Array[]>();
  readonly #addon: NativeAddon;
  readonly #limit: number;
  #bytes = 0;

  /** `limit`: bytes of idle arrays that are kept. */
  constructor(addon: NativeAddon, limit: number) {
    this.#addon = addon;
    this.#limit = limit;
  }

  /** Bytes of idle arrays. */
  get idleBytes(): number {
    return this.#bytes;
  }

  /** An array of exactly this length with unknown contents. */
  take(length: number): Float32Array {
    const stack = this.#free.get(length);
    const array = stack?.pop();
    if (array === undefined) return this.#allocate(length);
    this.#bytes -= array.byteLength;
    return array;
  }

  /** Gives an array back that nobody else can see. */
  release(array: Float32Array): void {
    if (array.length === 0) return;
    const stack = this.#free.get(array.length);
    if (stack === undefined) {
      this.#free.set(array.length, [array]);
    } else {
      if (stack.length === 0) {
        // empty until now: this length is the most recent again
        this.#free.delete(array.length);
        this.#free.set(array.length, stack);
      }
      stack.push(array);
    }
    this.#bytes += array.byteLength;
    if (this.#bytes > this.#limit) this.#shrink();
  }

  /** Lets go of everything. */
  clear(): void {
    this.#free.clear();
    this.#bytes = 0;
  }

  #shrink(): void {
    for (const [length, stack] of this.#free) {
      while (stack.length > 0 && this.#bytes > this.#limit) this.#bytes -= stack.shift()!.byteLength;
      if (stack.length === 0) this.#free.delete(length);
      if (this.#bytes <= this.#limit) return;
    }
  }

  #allocate(length: number): Float32Array {
    if (length < alignedFrom) return new Float32Array(length);
    const alignment = length < hugeFrom ? cacheLine : hugePage;
    const buffer = new ArrayBuffer(4 * length + alignment);
    return new Float32Array(buffer, this.#addon.alignedOffset(buffer, alignment), length);
  }
}
