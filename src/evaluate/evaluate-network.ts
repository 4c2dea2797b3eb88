import type { CoreDifferences, CrossbarConfig } from '../crossbar/index.js';
import { countNetwork } from '../nn/index.js';
import type { Rng } from '../tensor/index.js';
import { accuracy, type DriftAccuracy, driftAccuracy } from '../training/index.js';
import type { PreparedNetwork } from './prepare-network.js';
import { withQuantisers } from './with-quantisers.js';

/** How a trained network is put to the test. */
export interface NetworkEvaluationOptions {
  readonly crossbar: CrossbarConfig;
  /** Seconds after programming. */
  readonly times: readonly number[];
  /** Programmings, each with fresh noise. */
  readonly repeats: number;
  /** How the cores of a chip differ; alike if absent. */
  readonly coreDifferences?: CoreDifferences | undefined;
  readonly rng: Rng;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** How well a trained network does, exactly and on crossbars. */
export interface NetworkEvaluation {
  /** Share 0..1 of images that the exact network gets right. */
  readonly digitalAccuracy: number;
  readonly analog: readonly DriftAccuracy[];
  readonly images: number;
  readonly params: number;
  readonly macs: number;
}

/**
 * Tests a trained network as it is, without any training: exactly, then programmed on crossbars and drifted.
 *
 * @throws CROSSBAR_UNSUPPORTED; an AbortError when the signal is aborted
 * @example
 * const { analog } = await evaluateNetwork(await prepareNetwork(request), {
 *   crossbar: resolveCrossbar('pcm-8bit-256'), times: [1, 86_400], repeats: 10, rng: createRng(1),
 * });
 */
export async function evaluateNetwork(
  network: PreparedNetwork,
  { crossbar, signal, ...plan }: NetworkEvaluationOptions,
): Promise<NetworkEvaluation> {
  const { model, images, normalise } = network;
  const digitalAccuracy = await accuracy((x) => model.predict(x), images, normalise, { signal });
  const analog = await withQuantisers(network, crossbar, plan.rng.child('quantisers'), () =>
    driftAccuracy(model, images, normalise, crossbar, { ...plan, signal }),
  );
  const { parameters, macs } = countNetwork(model.graph);
  return { digitalAccuracy, analog, images: images.count, params: parameters, macs };
}
