import type { NoiseModel } from '../../devices/index.js';
import { type Rng, tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import type { MvmTile } from '../mvm/analog-mvm.js';
import { baselineReadout, readout } from '../tile/drift-compensation.js';
import { mappingScale } from '../tile/mapping-scale.js';
import { disposeProgrammed, driftTile, type ProgrammedTile, programTile } from '../tile/programmed-tile.js';
import type { LayerWeights } from './forward-call.js';
import type { LayerGrid } from './layer-grid.js';
import { kernelRows, type LayerShape } from './layer-shape.js';
import { toKernelOrder, toMatrixOrder } from './row-order.js';

/** The logical content of a layer. */
export interface LayerContent {
  readonly kernel: tf.Tensor;
  readonly bias: tf.Tensor | null;
  readonly inputRange: number;
}

/** What a layer's content is written to. */
export interface LayerHardware {
  readonly shape: LayerShape;
  readonly grid: LayerGrid;
  readonly config: CrossbarConfig;
  readonly model: NoiseModel;
  /** One per place of the grid. */
  readonly tiles: readonly MvmTile[];
}

/** One tile after programming. */
interface Written {
  readonly programmed: ProgrammedTile;
  /** Mapping scale, [1, cols]. */
  readonly scale: tf.Tensor2D;
  /** Readout right after programming; undefined without drift compensation. */
  readonly baseline: tf.Tensor2D | undefined;
}

/** A layer on programmed devices. */
export class ProgrammedLayer {
  readonly bias: tf.Tensor | undefined;
  readonly inputRange: number;
  /** The weights as they stand. */
  weights: LayerWeights;

  private constructor(
    content: LayerContent,
    private readonly hardware: LayerHardware,
    private readonly written: readonly Written[],
  ) {
    this.bias = content.bias === null ? undefined : tf.keep(content.bias.clone());
    this.inputRange = content.inputRange;
    this.weights = assemble(
      hardware,
      written.map(({ programmed }) => programmed.weights),
      written.map(({ scale }) => scale),
    );
  }

  /** Maps, scales and programs every tile on its own. */
  static program(content: LayerContent, hardware: LayerHardware, rng: Rng): ProgrammedLayer {
    const written = hardware.grid.places.map((place, i) => {
      const tileRng = rng.child(`tile-${i}`);
      const target = tf.tidy(() => {
        const matrix = toMatrixOrder(kernelRows(content.kernel), hardware.shape);
        const { rowStart, rowEnd, colStart, colEnd } = place;
        return tf.slice(matrix, [rowStart, colStart], [rowEnd - rowStart, colEnd - colStart]);
      });
      tf.engine().startScope();
      const result = keepAll(writeTile(target, hardware, hardware.tiles[i]!, tileRng));
      tf.engine().endScope();
      target.dispose();
      return result;
    });
    return new ProgrammedLayer(content, hardware, written);
  }

  /** Reads all tiles `seconds` after programming and sets their drift compensation. */
  drift(seconds: number, rng: Rng): void {
    const { config, model, tiles } = this.hardware;
    const read = this.written.map(({ programmed, scale, baseline }, i) => {
      const tileRng = rng.child(`tile-${i}`);
      return tf.tidy(() => {
        const weights = driftTile(programmed, model, seconds, tileRng);
        if (baseline === undefined || config.driftCompensation === null) return { weights, scale: scale.clone() };
        const now = readout(weights, tiles[i]!, config.driftCompensation, tileRng.child('readout'));
        return { weights, scale: tf.mul(scale, tf.div(baseline, now)) as tf.Tensor2D };
      });
    });
    tf.dispose([this.weights.analog, this.weights.scales]);
    this.weights = assemble(
      this.hardware,
      read.map(({ weights }) => weights),
      read.map(({ scale }) => scale),
    );
    tf.dispose(read.flatMap(({ weights, scale }) => [weights, scale]));
  }

  dispose(): void {
    tf.dispose([this.weights.analog, this.weights.scales]);
    this.bias?.dispose();
    for (const { programmed, scale, baseline } of this.written) {
      disposeProgrammed(programmed);
      tf.dispose([scale, ...(baseline === undefined ? [] : [baseline])]);
    }
  }
}

function writeTile(logical: tf.Tensor2D, { config, model }: LayerHardware, tile: MvmTile, rng: Rng): Written {
  const scale = mappingScale(logical, config.mapping);
  const target = tf.div(logical, scale) as tf.Tensor2D;
  const programmed = programTile(target, model, rng);
  const compensation = config.driftCompensation;
  const baseline =
    compensation === null
      ? undefined
      : baselineReadout(programmed.weights, target, tile, compensation, rng.child('readout'));
  return { programmed, scale, baseline };
}

function keepAll(written: Written): Written {
  const { programmed, scale, baseline } = written;
  for (const tensor of [programmed.weights, ...programmed.coefficients, scale]) tf.keep(tensor);
  if (baseline !== undefined) tf.keep(baseline);
  return written;
}

/** Joins tile weights and their scales to those of the layer. */
function assemble(
  { shape, grid }: LayerHardware,
  weights: readonly tf.Tensor2D[],
  scales: readonly tf.Tensor2D[],
): LayerWeights {
  return tf.tidy(() => {
    const colParts = grid.grid.colCuts.length - 1;
    const rowsOf = (tensors: readonly tf.Tensor2D[]) => {
      const rows = Array.from({ length: grid.rowParts }, (_, part) =>
        tf.concat(tensors.slice(part * colParts, (part + 1) * colParts), 1),
      );
      return tf.concat(rows, 0) as tf.Tensor2D;
    };
    return {
      analog: tf.keep(toKernelOrder(rowsOf(weights), shape).clone()),
      scales: tf.keep(rowsOf(scales).clone()),
    };
  });
}
