import type { CoreDifferences, CrossbarConfig } from '../../crossbar/index.js';
import { type Rng, tf } from '../../tensor/index.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import { type InputRanges, type QuantisationRanges, TileGrids } from './analog-engines.js';
import { type BoundNetwork, bindNetwork } from './bind-network.js';
import { checkBatch } from './check-batch.js';

/**
 * A network on crossbars: all weight matrices as conductances, batch norm and activations digital behind the ADCs.
 *
 * @example
 * const analog = model.toAnalog(resolveCrossbar('pcm-8bit-256'));
 * analog.program(rng.child('program'));
 * analog.drift(86_400, rng.child('1d'));
 * const result = analog.predict(x, rng.child('read'));
 */
export class AnalogModel {
  readonly #weights: ReadonlyMap<string, tf.Tensor>;
  readonly #network: BoundNetwork;
  readonly #grids: TileGrids;

  /** Takes ownership of the weights. Use {@link Model.toAnalog}. */
  constructor(
    readonly graph: NetworkGraph,
    weights: ReadonlyMap<string, tf.Tensor>,
    idleBiases: ReadonlySet<string>,
    config: CrossbarConfig,
    inputRanges: InputRanges,
    quantisationRanges: QuantisationRanges = {},
  ) {
    this.#weights = weights;
    this.#network = bindNetwork(graph, weights, idleBiases);
    this.#grids = new TileGrids(this.#network.matrices, config, inputRanges);
    this.#grids.useQuantisationRanges(quantisationRanges);
  }

  /**
   * Programs all tiles: draws programming noise and drift exponents, reads the baseline of drift compensation.
   *
   * @param rng the same one gives the same devices: give every programming its own child
   * @param differences how the cores that hold the tiles differ; alike if absent
   */
  program(rng: Rng, differences?: Partial<CoreDifferences>): void {
    this.#grids.program(this.#network.matrices, rng, differences);
  }

  /**
   * Lets the programmed tiles drift to `seconds` after programming and reads the compensation.
   *
   * @throws RangeError unless `seconds` is a number >= 0
   */
  drift(seconds: number, rng: Rng): void {
    this.#grids.drift(seconds, rng);
  }

  /**
   * The network's result [batch, ...] on the present conductances, with DAC, ADC and read noise. The caller owns the tensor.
   *
   * @param rng the same one gives the same noise: give every batch and every repetition its own child
   * @throws TypeError for images of another shape than the graph's input
   */
  predict(x: tf.Tensor, rng: Rng): tf.Tensor {
    checkBatch(this.graph, x);
    const engine = this.#grids.analogEngine(rng);
    const pass = { engine, training: false, rng: undefined, means: [], variances: [] };
    return tf.tidy(() => this.#network.run(x, pass));
  }

  /** Frees all tensors. */
  dispose(): void {
    this.#grids.dispose();
    this.#network.dispose();
    for (const tensor of this.#weights.values()) tensor.dispose();
  }
}
