import { fail } from '../config/index.js';
import type { Rng } from '../tensor/index.js';

/**
 * Makes sure that a number of images per batch is one: with 0 or less, batches would never come to an end.
 *
 * @throws USAGE
 */
export function requireBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize >= 1) return;
  fail('USAGE', 'This is not a number of images per batch.', {
    path: 'batchSize',
    found: String(batchSize),
    accepted: 'a whole number >= 1',
  });
}

/**
 * One epoch: image indices in a seeded random order, `batchSize` at a time. What is left over at the end is dropped (it
 * differs from epoch to epoch, and a batch of a few images would upset batch statistics), unless it would be the only
 * batch.
 *
 * @throws USAGE at the first batch, when the batch size is not a whole number >= 1
 */
export function* shuffledBatches(count: number, batchSize: number, rng: Rng): Generator<Int32Array> {
  const order = rng.shuffle(Array.from({ length: count }, (_, index) => index));
  for (let batch = 0; batch < batchesPerEpoch(count, batchSize); batch++) {
    yield Int32Array.from(order.slice(batch * batchSize, (batch + 1) * batchSize));
  }
}

/**
 * Number of batches that {@link shuffledBatches} yields.
 *
 * @throws USAGE when the batch size is not a whole number >= 1
 */
export function batchesPerEpoch(count: number, batchSize: number): number {
  requireBatchSize(batchSize);
  return count === 0 ? 0 : Math.max(1, Math.floor(count / batchSize));
}

/**
 * All indices 0..count-1 in order, `batchSize` at a time, the last batch smaller where it must be.
 *
 * @throws USAGE at the first batch, when the batch size is not a whole number >= 1
 */
export function* orderedBatches(count: number, batchSize: number): Generator<Int32Array> {
  requireBatchSize(batchSize);
  for (let start = 0; start < count; start += batchSize) {
    yield Int32Array.from({ length: Math.min(batchSize, count - start) }, (_, i) => start + i);
  }
}
