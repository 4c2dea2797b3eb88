import { type Rng, tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import { calibrateRanges } from '../quantiser/calibrate.js';
import { QuantisedPeriphery } from '../quantiser/quantised-periphery.js';
import type { Quantiser } from '../quantiser/quantiser.js';
import { AnalogTile } from './analog-tile.js';
import { type TileGrid, type TilePlace, tileGrid, tilePlaces } from './grid.js';
import { through } from './quantised-gradients.js';
import type { QuantiserGradients, TileGradients } from './tile-record.js';

/** What a tile array is made of. */
export interface TileArrayOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly config: CrossbarConfig;
  readonly bias: boolean;
  readonly rng: Rng;
  /** Other cuts than the even split of the mapping (AIHWKit's `AnalogConv2dMapped` cuts between channels). */
  readonly grid?: TileGrid;
}

/** Gradients of an array: of its input, its own bias, and of each tile. */
export interface ArrayGradients {
  readonly dx: tf.Tensor2D;
  readonly bias?: tf.Tensor1D;
  readonly tiles: readonly TileGradients[];
  /** Of the quantisers behind the sum of the tiles, where they learn. */
  readonly quantisers?: QuantiserGradients;
}

/**
 * A weight matrix on as many tiles as its mapping asks for. Outputs of tiles that share columns are added digitally, in
 * order; more than one tile means that the bias is digital and belongs to the array.
 */
export class TileArray {
  readonly grid: TileGrid;
  readonly places: readonly TilePlace[];
  readonly tiles: readonly AnalogTile[];
  /** The array's bias [outputs]; undefined where the only tile has its own. */
  bias: tf.Tensor1D | undefined;
  /** Quantisers of the array's bias and, with more than one tile, of its output; undefined where the class has none. */
  readonly periphery: QuantisedPeriphery | undefined;
  #sum: tf.Tensor2D | undefined;

  constructor(options: TileArrayOptions) {
    const { inputs, outputs, config, bias, rng } = options;
    this.grid = options.grid ?? tileGrid(inputs, outputs, config.mapping);
    this.places = tilePlaces(this.grid);
    const single = this.places.length === 1 && options.grid === undefined;
    this.bias = bias && !single ? tf.keep(tf.zeros([outputs])) : undefined;
    const several = this.places.length > 1;
    this.periphery = QuantisedPeriphery.create(config, { scale: false, bias: bias && !single, output: several });
    this.tiles = this.places.map(
      ({ rowStart, rowEnd, colStart, colEnd }, i) =>
        new AnalogTile({
          inputs: rowEnd - rowStart,
          outputs: colEnd - colStart,
          config,
          bias: bias && single,
          rng: rng.child(`tile-${i}`),
        }),
    );
  }

  /** Takes logical weights [inputs, outputs]; each tile scales its own part. */
  setWeights(logical: tf.Tensor2D, bias?: tf.Tensor1D): void {
    this.places.forEach(({ rowStart, rowEnd, colStart, colEnd }, i) => {
      const part = tf.slice(logical, [rowStart, colStart], [rowEnd - rowStart, colEnd - colStart]);
      this.tiles[i]!.setWeights(part, bias);
      part.dispose();
    });
    if (this.bias === undefined || bias === undefined) return;
    this.bias.dispose();
    this.bias = tf.keep(bias.clone());
  }

  forward(x: tf.Tensor2D, { train, rng }: { train: boolean; rng: Rng }): tf.Tensor2D {
    return tf.tidy(() => {
      const columns = this.grid.colCuts.slice(1).map((_, colPart) => {
        const parts = this.places.flatMap((place, i) => {
          if (place.colPart !== colPart) return [];
          return [this.tiles[i]!.forward(rowsOf(x, place), { train, rng: rng.child(`tile-${i}`) })];
        });
        return parts.reduce((a, b) => tf.add(a, b));
      });
      const y = columns.length === 1 ? columns[0]! : (tf.concat(columns, 1) as tf.Tensor2D);
      const bias = this.bias && (this.periphery?.bias?.apply(this.bias, { train }) ?? this.bias);
      const sum = (bias === undefined ? y.clone() : tf.add(y, bias)) as tf.Tensor2D;
      if (this.periphery?.output === undefined) return sum;
      if (train) this.#remember(sum);
      return this.periphery.output.apply(sum, { train });
    });
  }

  /** All quantisers of the array and its tiles. */
  get quantisers(): Quantiser[] {
    return [this.periphery, ...this.tiles.map(({ periphery }) => periphery)].flatMap((part) => part?.quantisers ?? []);
  }

  /** Lets the quantisers find their ranges on some batches in inference and fixes them (`calibrate_quantization_ranges`). */
  calibrateQuantizationRanges(batches: Iterable<tf.Tensor2D>, rng: Rng, maxNumBatches = 20): void {
    let count = 0;
    const run = (x: tf.Tensor2D) => this.forward(x, { train: false, rng: rng.child(`batch-${count++}`) }).dispose();
    calibrateRanges(this.quantisers, batches, run, maxNumBatches);
  }

  #remember(sum: tf.Tensor2D): void {
    this.#sum?.dispose();
    this.#sum = tf.keep(sum.clone());
  }

  /** Gradients of the last forward pass in training. */
  backward(dOutput: tf.Tensor2D, rng: Rng): ArrayGradients {
    const { bias: quantisedBias, output: quantisedOutput } = this.periphery ?? {};
    const output = through(this.#sum && quantisedOutput, this.#sum ?? dOutput, dOutput);
    const dy = output.dx as tf.Tensor2D;
    const tiles = this.places.map(({ colStart, colEnd }, i) => {
      const own = tf.slice(dy, [0, colStart], [dy.shape[0], colEnd - colStart]);
      const gradients = this.tiles[i]!.backward(own, rng.child(`tile-${i}`));
      own.dispose();
      return gradients;
    });
    const dx = tf.tidy(() => {
      const rows = this.grid.rowCuts
        .slice(1)
        .map((_, rowPart) =>
          this.places
            .flatMap((place, i) => (place.rowPart === rowPart ? [tiles[i]!.dx] : []))
            .reduce((a, b) => tf.add(a, b)),
        );
      return tf.concat(rows, 1) as tf.Tensor2D;
    });
    const dBias = tf.tidy(() => tf.sum(dy, 0));
    const bias = this.bias && through(quantisedBias?.quantiser, this.bias, dBias);
    tf.dispose([dy, dBias]);
    return {
      ...{ dx, tiles },
      ...(bias !== undefined && { bias: bias.dx as tf.Tensor1D }),
      quantisers: {
        ...(bias?.step !== undefined && { bias: bias.step }),
        ...(output.step !== undefined && { output: output.step }),
      },
    };
  }

  /** What follows an optimiser step, on every tile. */
  postUpdate(rng: Rng): void {
    this.tiles.forEach((tile, i) => {
      tile.postUpdate(rng.child(`tile-${i}`));
    });
  }

  program(rng: Rng): void {
    this.tiles.forEach((tile, i) => {
      tile.program(rng.child(`tile-${i}`));
    });
  }

  drift(seconds: number, rng: Rng): void {
    this.tiles.forEach((tile, i) => {
      tile.drift(seconds, rng.child(`tile-${i}`));
    });
  }

  dispose(): void {
    this.bias?.dispose();
    this.#sum?.dispose();
    this.periphery?.dispose();
    for (const tile of this.tiles) tile.dispose();
  }
}

function rowsOf(x: tf.Tensor2D, { rowStart, rowEnd }: TilePlace): tf.Tensor2D {
  return tf.slice(x, [0, rowStart], [x.shape[0], rowEnd - rowStart]);
}
