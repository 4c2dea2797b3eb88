import type { NoiseModel } from '../../devices/index.js';
import { type Rng, tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import type { MvmTile } from '../mvm/analog-mvm.js';
import type { CoreDraw } from '../tile/core-differences.js';
import { baselineReadout, readout } from '../tile/drift-compensation.js';
import { mappingInForce, mappingScale } from '../tile/mapping-scale.js';
import { disposeProgrammed, driftTile, type ProgrammedTile, programTile } from '../tile/programmed-tile.js';
import type { LayerWeights, OutputStage } from './forward-call.js';
import { rangeInForce } from './input-range.js';
import type { LayerGrid } from './layer-grid.js';
import type { LayerPeriphery } from './layer-periphery.js';
import { kernelRows, type LayerShape } from './layer-shape.js';
import { toKernelOrder, toMatrixOrder } from './row-order.js';

/** The logical content of a layer. */
export interface LayerContent {
  readonly kernel: tf.Tensor;
  readonly bias: tf.Tensor | null;
  readonly inputRange: number | readonly number[];
}

/** What a layer's content is written to. */
export interface LayerHardware {
  readonly shape: LayerShape;
  readonly grid: LayerGrid;
  readonly config: CrossbarConfig;
  readonly model: NoiseModel;
  /** One per place of the grid. */
  readonly tiles: readonly MvmTile[];
  /** What the core of each tile is like; undefined where cores are alike. */
  readonly cores?: readonly CoreDraw[] | undefined;
  /** Quantisers of the digital scales; undefined where the class has none. */
  readonly periphery?: LayerPeriphery | undefined;
  /** The bias is the last row of the only tile. */
  readonly analogBias: boolean;
}

/** One tile after programming. */
interface Written {
  readonly programmed: ProgrammedTile;
  /** Gain of its ADCs, [1, cols]; undefined where cores are alike. */
  readonly gain: tf.Tensor2D | undefined;
  /** Mapping scale, [1, cols]. */
  readonly scale: tf.Tensor2D;
  /** Readout right after programming; undefined without drift compensation. */
  readonly baseline: tf.Tensor2D | undefined;
}

/** A layer on programmed devices. */
export class ProgrammedLayer {
  readonly bias: tf.Tensor | undefined;
  readonly inputRange: number | readonly number[];
  /** The weights as they stand. */
  weights: LayerWeights;
  #behind: { stage: OutputStage; scales: tf.Tensor2D; bias: tf.Tensor } | undefined;

  private constructor(
    content: LayerContent,
    private readonly hardware: LayerHardware,
    private readonly written: readonly Written[],
  ) {
    this.bias = content.bias === null || hardware.analogBias ? undefined : tf.keep(content.bias.clone());
    this.inputRange = content.inputRange;
    const seen = written.map(({ programmed, gain }) => tf.tidy(() => seenThrough(gain, programmed.weights).clone()));
    this.weights = assemble(
      hardware,
      seen,
      written.map(({ scale }) => scale),
    );
    tf.dispose(seen);
  }

  /** Maps, scales and programs every tile on its own. */
  static program(content: LayerContent, hardware: LayerHardware, rng: Rng): ProgrammedLayer {
    const written = hardware.grid.places.map((place, i) => {
      const tileRng = rng.child(`tile-${i}`);
      const target = tf.tidy(() => {
        const matrix = toMatrixOrder(kernelRows(content.kernel), hardware.shape);
        const { rowStart, rowEnd, colStart, colEnd } = place;
        const part = tf.slice(matrix, [rowStart, colStart], [rowEnd - rowStart, colEnd - colStart]);
        if (!hardware.analogBias) return part;
        return tf.concat([part, tf.reshape(content.bias!, [1, colEnd - colStart])], 0) as tf.Tensor2D;
      });
      tf.engine().startScope();
      try {
        return keepAll(writeTile(target, content.inputRange, hardware, i, tileRng));
      } finally {
        tf.engine().endScope();
        target.dispose();
      }
    });
    return new ProgrammedLayer(content, hardware, written);
  }

  /** Reads all tiles `seconds` after programming and sets their drift compensation. */
  drift(seconds: number, rng: Rng): void {
    const { config, model, tiles } = this.hardware;
    const read = this.written.map(({ programmed, gain, scale, baseline }, i) => {
      const tileRng = rng.child(`tile-${i}`);
      return tf.tidy(() => {
        const weights = seenThrough(gain, driftTile(programmed, model, seconds, tileRng));
        if (baseline === undefined || config.driftCompensation === null) return { weights, scale: scale.clone() };
        const now = readout(weights, tiles[i]!, config.driftCompensation, tileRng.child('readout'));
        return { weights, scale: tf.mul(scale, tf.div(baseline, now)) as tf.Tensor2D };
      });
    });
    this.#disposePresent();
    this.weights = assemble(
      this.hardware,
      read.map(({ weights }) => weights),
      read.map(({ scale }) => scale),
    );
    tf.dispose(read.flatMap(({ weights, scale }) => [weights, scale]));
  }

  /** The present weights and the bias with a digital stage folded into scales and bias; kept for the next batch. */
  behind(stage: OutputStage): { readonly weights: LayerWeights; readonly bias: tf.Tensor } {
    if (this.#behind?.stage !== stage) {
      this.#disposeBehind();
      const [scales, bias] = tf.tidy(() => [
        tf.keep(tf.mul(this.weights.scales, stage.factor) as tf.Tensor2D),
        tf.keep(this.bias === undefined ? stage.offset.clone() : tf.add(tf.mul(this.bias, stage.factor), stage.offset)),
      ]);
      this.#behind = { stage, scales: scales as tf.Tensor2D, bias: bias! };
    }
    const { scales, bias } = this.#behind!;
    return { weights: { ...this.weights, scales }, bias };
  }

  dispose(): void {
    this.#disposePresent();
    this.bias?.dispose();
    for (const { programmed, gain, scale, baseline } of this.written) {
      disposeProgrammed(programmed);
      tf.dispose([scale, ...[gain, baseline].filter((tensor) => tensor !== undefined)]);
    }
  }

  #disposePresent(): void {
    disposeWeights(this.weights);
    this.#disposeBehind();
  }

  #disposeBehind(): void {
    if (this.#behind !== undefined) tf.dispose([this.#behind.scales, this.#behind.bias]);
    this.#behind = undefined;
  }
}

function writeTile(
  logical: tf.Tensor2D,
  inputRange: LayerContent['inputRange'],
  hardware: LayerHardware,
  index: number,
  rng: Rng,
): Written {
  const { config, model, periphery } = hardware;
  const tile = hardware.tiles[index]!;
  const core = hardware.cores?.[index];
  const gain = core?.gain.clone();
  const scale = mappingScale(logical, mappingInForce(config));
  const target = tf.div(logical, scale) as tf.Tensor2D;
  const programmed = withDriftOf(core, programTile(target, model, rng));
  const compensation = config.driftCompensation;
  const baseline =
    compensation === null
      ? undefined
      : baselineReadout(seenThrough(gain, programmed.weights), target, tile, compensation, rng.child('readout'));
  const applied = periphery?.tileScale(index, scale, rangeInForce(config, inputRange), false) ?? scale;
  return { programmed, gain, scale: applied, baseline };
}

/** The weights as a core's ADCs see them. */
function seenThrough(gain: tf.Tensor2D | undefined, weights: tf.Tensor2D): tf.Tensor2D {
  return gain === undefined ? weights : tf.tidy(() => tf.mul(weights, gain) as tf.Tensor2D);
}

function withDriftOf(core: CoreDraw | undefined, { weights, coefficients }: ProgrammedTile): ProgrammedTile {
  const factor = core?.drift ?? 1;
  if (factor === 1) return { weights, coefficients };
  return { weights, coefficients: coefficients.map((nu) => tf.mul(nu, factor) as tf.Tensor2D) };
}

function keepAll(written: Written): Written {
  const { programmed, gain, scale, baseline } = written;
  for (const tensor of [programmed.weights, ...programmed.coefficients, scale]) tf.keep(tensor);
  if (gain !== undefined) tf.keep(gain);
  if (baseline !== undefined) tf.keep(baseline);
  return written;
}

/** Joins tile weights and their scales to those of the layer. */
function assemble(
  { shape, grid, analogBias }: LayerHardware,
  weights: readonly tf.Tensor2D[],
  scales: readonly tf.Tensor2D[],
): LayerWeights {
  return tf.tidy(() => {
    const rows = grid.join(weights);
    const kept = rows.shape[0] - (analogBias ? 1 : 0);
    const matrix = analogBias ? tf.slice(rows, [0, 0], [kept, rows.shape[1]]) : rows;
    return {
      analog: tf.keep(toKernelOrder(matrix, shape).clone()),
      scales: tf.keep(tf.mul(grid.join(scales), grid.connected ?? 1) as tf.Tensor2D),
      ...(analogBias && { biasRow: tf.keep(tf.slice(rows, [kept, 0], [1, rows.shape[1]])) }),
    };
  });
}

function disposeWeights({ analog, scales, biasRow }: LayerWeights): void {
  tf.dispose([analog, scales, ...(biasRow === undefined ? [] : [biasRow])]);
}
