import { philoxBlock } from './philox.js';

/**
 * Where a run of random numbers starts: enough for a kernel to produce them itself.
 * Element i is word i % 4 of block `block + floor(i / 4)`; the counter of a block is
 * (block low, block high, stream low, stream high). All words are unsigned 32-bit integers, low word first.
 */
export interface RandomSource {
  /** The run's seed. */
  readonly key: readonly [number, number];
  /** Hash of the stream's name. */
  readonly stream: readonly [number, number];
  /** Index of the first block of four words, an integer below 2^53. */
  readonly block: number;
}

const wordSpan = 2 ** 32;
const chunkBlocks = 64;

/** Calls `use` with successive chunks of raw words; `first` is the index of the chunk's first element. */
function forEachChunk(source: RandomSource, count: number, use: (words: Uint32Array, first: number) => void): void {
  const words = new Uint32Array(4 * chunkBlocks);
  for (let first = 0; first < count; first += words.length) {
    const blocks = Math.min(chunkBlocks, Math.ceil((count - first) / 4));
    for (let i = 0; i < blocks; i++) {
      const block = source.block + first / 4 + i;
      const counter = [block >>> 0, Math.floor(block / wordSpan) >>> 0, ...source.stream] as const;
      philoxBlock(words, 4 * i, counter, source.key);
    }
    use(words, first);
  }
}

/** A word as a uniform number in [0, 1) with 24 bits, exact in float32. */
export function wordToUniform(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/** Two words as two independent standard normal numbers (Box and Muller). The radius uses all 32 bits: |z| <= 6.77. */
export function wordsToNormals(word0: number, word1: number): [number, number] {
  const u1 = Math.fround(Math.fround(word0) * 2 ** -32 + 2 ** -33);
  const radius = Math.sqrt(-2 * Math.log(u1));
  const angle = 2 * Math.PI * wordToUniform(word1);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** Fills `out` with the uniform numbers of a source, scaled to [lo, hi) in float32 (hi itself may appear by rounding). */
export function fillUniformFrom(source: RandomSource, out: Float32Array, lo = 0, hi = 1): Float32Array {
  const span = Math.fround(hi - lo);
  const low = Math.fround(lo);
  forEachChunk(source, out.length, (words, first) => {
    const end = Math.min(words.length, out.length - first);
    for (let i = 0; i < end; i++) out[first + i] = Math.fround(span * wordToUniform(words[i]!)) + low;
  });
  return out;
}

/** Fills `out` with the normal numbers of a source, scaled to the given mean and standard deviation in float32. */
export function fillNormalFrom(source: RandomSource, out: Float32Array, mean = 0, std = 1): Float32Array {
  const scale = Math.fround(std);
  const shift = Math.fround(mean);
  forEachChunk(source, out.length, (words, first) => {
    const end = Math.min(words.length, out.length - first);
    for (let i = 0; i < end; i += 2) {
      const [even, odd] = wordsToNormals(words[i]!, words[i + 1]!);
      out[first + i] = Math.fround(scale * Math.fround(even)) + shift;
      if (i + 1 < end) out[first + i + 1] = Math.fround(scale * Math.fround(odd)) + shift;
    }
  });
  return out;
}
