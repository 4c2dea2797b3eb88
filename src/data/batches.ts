import type { Rng } from '../tensor/index.js';

/**
 * One epoch: image indices in a seeded random order, `batchSize` at a time. What is left over at the end is dropped (it
 * differs from epoch to epoch, and a batch of a few images would upset batch statistics), unless it would be the only
 * batch.
 */
export function* shuffledBatches(count: number, batchSize: number, rng: Rng): Generator<Int32Array> {
  const order = rng.shuffle(Array.from({ length: count }, (_, index) => index));
  for (let batch = 0; batch < batchesPerEpoch(count, batchSize); batch++) {
    yield Int32Array.from(order.slice(batch * batchSize, (batch + 1) * batchSize));
  }
}

/** Number of batches that {@link shuffledBatches} yields. */
export function batchesPerEpoch(count: number, batchSize: number): number {
  return count === 0 ? 0 : Math.max(1, Math.floor(count / batchSize));
}

/** All indices 0..count-1 in order, `batchSize` at a time, the last batch smaller where it must be. */
export function* orderedBatches(count: number, batchSize: number): Generator<Int32Array> {
  for (let start = 0; start < count; start += batchSize) {
    yield Int32Array.from({ length: Math.min(batchSize, count - start) }, (_, i) => start + i);
  }
}
