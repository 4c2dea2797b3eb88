import { tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import { QuantisedPeriphery } from '../quantiser/quantised-periphery.js';
import type { Quantiser, QuantiserState, QuantiserValues } from '../quantiser/quantiser.js';
import type { LayerRange } from './forward-call.js';
import { partRanges } from './input-range.js';
import type { LayerGrid } from './layer-grid.js';

/** Ranges of the quantisers of a layer, in their order; null where one has none yet. */
export type LayerQuantisers = readonly (QuantiserValues | null)[];

/**
 * The quantisers of a layer on tiles of `QuantizedTorchInferenceRPUConfig`: those of each tile's scales and outputs, and
 * behind the sum of several tiles those of bias and output. A single tile has all of them itself.
 */
export class LayerPeriphery {
  /** One per tile of the grid. */
  readonly tiles: readonly QuantisedPeriphery[];
  /** Behind the sum: of the only tile, or of the array. */
  readonly last: QuantisedPeriphery;

  private constructor(
    config: CrossbarConfig,
    readonly grid: LayerGrid,
  ) {
    const several = grid.places.length > 1;
    const parts = { scale: true, bias: !several, output: true };
    this.tiles = grid.places.map(() => QuantisedPeriphery.create(config, parts)!);
    this.last = several
      ? QuantisedPeriphery.create(config, { scale: false, bias: true, output: true })!
      : this.tiles[0]!;
  }

  /** `undefined` for the classes that quantise nothing. */
  static create(config: CrossbarConfig, grid: LayerGrid): LayerPeriphery | undefined {
    const none = { scale: false, bias: false, output: false };
    return QuantisedPeriphery.create(config, none) && new LayerPeriphery(config, grid);
  }

  /** Whether tiles have output quantisers of their own, in front of the sum. */
  get quantisesTiles(): boolean {
    return this.tiles.length > 1 && this.tiles[0]!.output !== undefined;
  }

  get quantisers(): Quantiser[] {
    const behind = this.tiles.includes(this.last) ? [] : this.last.quantisers;
    return [...this.tiles.flatMap(({ quantisers }) => quantisers), ...behind];
  }

  set state(state: QuantiserState) {
    for (const quantiser of this.quantisers) quantiser.state = state;
  }

  /** Fixes every range that was found. */
  fix(): void {
    for (const quantiser of this.quantisers) if (quantiser.isInitialised) quantiser.fix();
  }

  values(): LayerQuantisers {
    return this.quantisers.map((quantiser) => quantiser.values() ?? null);
  }

  restore(values: LayerQuantisers): void {
    for (const [i, quantiser] of this.quantisers.entries()) {
      const own = values[i];
      if (own !== null && own !== undefined) quantiser.restore(own);
    }
  }

  /** The scale of one tile, [1, cols], so rounded that it is on the grid together with the input range. */
  tileScale(index: number, scale: tf.Tensor2D, range: LayerRange, train: boolean): tf.Tensor2D {
    const quantiser = this.tiles[index]!.scale;
    if (quantiser === undefined) return scale;
    const r = partRanges(range, this.grid.rowParts)[this.grid.places[index]!.rowPart] ?? 1;
    return tf.tidy(() => tf.div(quantiser.apply(tf.mul(scale, r), { train }), r) as tf.Tensor2D);
  }

  /** {@link tileScale} for all tiles: [row parts, cols]. */
  scales(scales: tf.Tensor2D, range: LayerRange, train: boolean): tf.Tensor2D {
    return this.#perTile(tf.unstack(scales), (tile, i) =>
      this.tileScale(i, tf.expandDims(tile, 0) as tf.Tensor2D, range, train),
    );
  }

  /** Values of the row parts, [..., cols], each tile's share rounded to its own range. */
  outputs(values: readonly tf.Tensor[], train: boolean): readonly tf.Tensor[] {
    if (!this.quantisesTiles) return values;
    return values.map((value, part) =>
      this.eachColumnPart(value, part, (own, i) => this.tiles[i]!.output!.apply(own, { train })),
    );
  }

  /** Adds the bias and rounds the sum. Differentiable. */
  finish(sum: tf.Tensor, bias: tf.Tensor | null, train: boolean): tf.Tensor {
    const rounded = bias && (this.last.bias?.apply(bias, { train }) ?? bias);
    const y = rounded === null ? sum : tf.add(sum, rounded);
    return this.last.output?.apply(y, { train }) ?? y;
  }

  /** Applies a function to the columns of each tile of a row part and joins the results; `i` is the tile's index. */
  eachColumnPart(value: tf.Tensor, part: number, f: (own: tf.Tensor, i: number) => tf.Tensor): tf.Tensor {
    const { colCuts } = this.grid.grid;
    const colParts = colCuts.length - 1;
    if (colParts === 1) return f(value, part);
    const widths = colCuts.slice(1).map((end, i) => end - colCuts[i]!);
    const columns = tf.split(value, widths, -1).map((own, i) => f(own, part * colParts + i));
    return tf.concat(columns, -1);
  }

  dispose(): void {
    for (const quantiser of this.quantisers) quantiser.dispose();
  }

  #perTile(rows: readonly tf.Tensor[], f: (own: tf.Tensor, i: number) => tf.Tensor): tf.Tensor2D {
    const joined = rows.map((row, part) => this.eachColumnPart(row, part, (own, i) => tf.reshape(f(own, i), [-1])));
    return tf.stack(joined) as tf.Tensor2D;
  }
}
