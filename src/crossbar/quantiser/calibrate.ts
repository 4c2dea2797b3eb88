import type { Quantiser } from './quantiser.js';

/**
 * AIHWKit's `calibrate_quantization_ranges`: lets quantisers find their ranges while some batches run through, then fixes
 * them. Like AIHWKit it takes one batch more than `maxNumBatches`.
 *
 * @param run one batch through what the quantisers belong to, in inference
 */
export function calibrateRanges<T>(
  quantisers: readonly Quantiser[],
  batches: Iterable<T>,
  run: (batch: T) => void,
  maxNumBatches = 20,
): void {
  for (const quantiser of quantisers) quantiser.state = 'estimate';
  let count = 0;
  for (const batch of batches) {
    run(batch);
    if (++count > maxNumBatches) break;
  }
  for (const quantiser of quantisers) {
    if (quantiser.isInitialised) quantiser.fix();
  }
}
