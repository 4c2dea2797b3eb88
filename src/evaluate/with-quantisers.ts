import { type CrossbarConfig, hasQuantisedPeriphery } from '../crossbar/index.js';
import type { Rng } from '../tensor/index.js';
import { calibrationBatches, type PreparedNetwork } from './prepare-network.js';

/**
 * Runs an evaluation with the digital quantisers of a crossbar in place: with the ranges that the network brings, else
 * with ranges found on training images and forgotten afterwards.
 */
export async function withQuantisers<T>(
  network: PreparedNetwork,
  crossbar: CrossbarConfig,
  rng: Rng,
  run: () => Promise<T>,
): Promise<T> {
  const { model } = network;
  const own = model.quantisationRanges;
  if (!hasQuantisedPeriphery(crossbar) || Object.keys(own).length > 0) return run();
  model.calibrateQuantizationRanges(calibrationBatches(network), crossbar, rng);
  try {
    return await run();
  } finally {
    model.useQuantisationRanges(own);
  }
}
