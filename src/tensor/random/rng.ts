import { philoxBlock } from './philox.js';
import { fillNormalFrom, fillUniformFrom, type RandomSource, wordsToNormals, wordToUniform } from './source.js';
import { hash64 } from './stream-hash.js';

/**
 * A named stream of random numbers. Streams of different names are independent, whatever was drawn from any of them
 * before: `rng.child('layer/conv1')` is the same stream no matter when it is asked for.
 *
 * @example
 * const rng = createRng(42).child('trial/3f2a');
 * const weights = randomNormal([3, 3, 16, 16], rng.child('weights'), 0, 0.1);
 */
export class Rng {
  readonly #key: readonly [number, number];
  readonly #stream: readonly [number, number];
  readonly #words = new Uint32Array(4);
  #used = 4;
  #nextBlock = 0;
  #spareNormal: number | undefined;

  /** Use {@link createRng} or {@link Rng.child}. */
  constructor(
    key: readonly [number, number],
    /** The stream's full name: the names of all its parents, joined by slashes. */
    readonly name: string,
  ) {
    this.#key = key;
    this.#stream = hash64(name);
  }

  /** The stream called `<this name>/<name>`; independent of how much was drawn here. */
  child(name: string): Rng {
    return new Rng(this.#key, `${this.name}/${name}`);
  }

  /** A uniform integer in [0, 2^32). */
  uint32(): number {
    if (this.#used === 4) {
      const block = this.#nextBlock++;
      const counter = [block >>> 0, Math.floor(block / 2 ** 32) >>> 0, ...this.#stream] as const;
      philoxBlock(this.#words, 0, counter, this.#key);
      this.#used = 0;
    }
    return this.#words[this.#used++]!;
  }

  /** A uniform number in [0, 1) with 24 bits. */
  uniform(): number {
    return wordToUniform(this.uint32());
  }

  /** A uniform integer in [lo, hiExclusive), without bias; the span is at most 2^32. Throws a RangeError on an empty or too wide range. */
  int(lo: number, hiExclusive: number): number {
    const span = hiExclusive - lo;
    if (!(Number.isInteger(lo) && Number.isInteger(hiExclusive) && span >= 1 && span <= 2 ** 32)) {
      throw new RangeError(`1 <= hi - lo <= 2^32 must hold for integers, got lo=${lo}, hi=${hiExclusive}`);
    }
    const accepted = 2 ** 32 - (2 ** 32 % span);
    let word = this.uint32();
    while (word >= accepted) word = this.uint32();
    return lo + (word % span);
  }

  /** A normal number. */
  normal(mean = 0, std = 1): number {
    let z = this.#spareNormal;
    if (z === undefined) {
      const word0 = this.uint32();
      [z, this.#spareNormal] = wordsToNormals(word0, this.uint32());
    } else {
      this.#spareNormal = undefined;
    }
    return mean + std * z;
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }

  /** One of `xs`, each as likely as another. Throws a RangeError when there is none. */
  pick<T>(xs: readonly T[]): T {
    return xs[this.int(0, xs.length)]!;
  }

  /** Shuffles `xs` in place (Fisher and Yates) and returns it. */
  shuffle<T>(xs: T[]): T[] {
    for (let i = xs.length - 1; i > 0; i--) {
      const j = this.int(0, i + 1);
      [xs[i], xs[j]] = [xs[j]!, xs[i]!];
    }
    return xs;
  }

  /** Reserves the next `count` numbers of this stream and says where they start, for a kernel that draws them itself. */
  source(count: number): RandomSource {
    const block = this.#nextBlock;
    this.#nextBlock += Math.ceil(count / 4);
    return { key: this.#key, stream: this.#stream, block };
  }

  /** Fills `out` with uniform numbers in [lo, hi) and returns it. */
  fillUniform(out: Float32Array, lo = 0, hi = 1): Float32Array {
    return fillUniformFrom(this.source(out.length), out, lo, hi);
  }

  /** Fills `out` with normal numbers and returns it. */
  fillNormal(out: Float32Array, mean = 0, std = 1): Float32Array {
    return fillNormalFrom(this.source(out.length), out, mean, std);
  }
}

/**
 * The root of a run's random numbers. The seed is an integer in [0, 2^53); `stream` names the first stream.
 * Throws a RangeError on any other seed.
 */
export function createRng(seed: number, stream = ''): Rng {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`a seed must be an integer in [0, 2^53), got ${seed}`);
  }
  return new Rng([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0], stream);
}
