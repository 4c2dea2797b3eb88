import { fail, parseWith } from '../../config/index.js';
import { createNoiseModel, type NoiseModel } from '../../devices/index.js';
import { isTaping, type Rng, tf } from '../../tensor/index.js';
import { type CrossbarConfig, engineOf } from '../config/crossbar-config.js';
import { checkSupported } from '../config/torch-restrictions.js';
import type { MvmTile } from '../mvm/analog-mvm.js';
import { disposeDraws, drawTile, type TileDraws } from '../mvm/tile-draws.js';
import { type CoreDifferences, type CoreDraw, coreDifferencesSchema, drawCore } from '../tile/core-differences.js';
import type { TileGrid } from '../tile/grid.js';
import { pulseNoiseOf, theveninOf } from '../tile/ir-drop-tile.js';
import type { OutputStage } from './forward-call.js';
import type { HwaLayer } from './hwa-layer.js';
import { hwaProduct } from './hwa-product.js';
import { rangeInForce } from './input-range.js';
import { LayerGrid } from './layer-grid.js';
import { LayerPeriphery } from './layer-periphery.js';
import { checkLayer, checkLayerTraining } from './layer-restrictions.js';
import { checkInput, checkKernel, checkShape, type LayerShape, layerOutputShape } from './layer-shape.js';
import { partValues, rangedForward } from './part-values.js';
import { ProgrammedLayer } from './programmed-layer.js';
import { quantisedProduct } from './quantised-product.js';
import { clippedKernel } from './weight-clip.js';

/** What a hardware-aware forward pass needs besides its tensors. */
export interface HwaContext {
  /**
   * Range of inputs that the DACs cover, or one per row part; ignored where the configuration has no input range. A scalar
   * variable is learned where the configuration's `learnInputRange` is set.
   */
  readonly inputRange: number | readonly number[] | tf.Variable;
  /** Stream of this training step. */
  readonly rng: Rng;
}

/**
 * One weight matrix of a network on its grid of tiles.
 *
 * Kernels are [in, out] for dense layers and HWIO for convolutions, in logical units; inputs are [..., in] and NHWC.
 * Training runs through {@link hwaForward}; inference through {@link program}, {@link drift} and {@link forward}.
 *
 * @example
 * const layer = new AnalogLayer('conv1', shape, resolveCrossbar('pcm-8bit-256'));
 * layer.program(kernel, null, 3, rng.child('chip-0'));
 * layer.drift(86400, rng.child('chip-0/1d'));
 * const y = layer.forward(x, rng.child('chip-0/1d/batch-0'));
 */
export class AnalogLayer {
  readonly grid: TileGrid;
  #periphery: LayerPeriphery | undefined;
  readonly #layout: LayerGrid;
  readonly #model: NoiseModel;
  #tiles: MvmTile[] = [];
  /** Standard deviation of the output noise where cores differ in it, [row parts, cols]. */
  #outNoise: tf.Tensor2D | undefined;
  #programmed: ProgrammedLayer | undefined;

  /**
   * @throws CROSSBAR_UNSUPPORTED where the tile of the configuration refuses a setting, or layers do not have it; RangeError
   *   for sizes that are not whole numbers above 0
   */
  constructor(
    readonly name: string,
    readonly shape: LayerShape,
    readonly config: CrossbarConfig,
  ) {
    checkShape(name, shape);
    checkSupported(config);
    checkLayer(config);
    this.#model = createNoiseModel(config.noiseModel);
    this.#layout = new LayerGrid(shape, config.mapping);
    this.grid = this.#layout.grid;
    this.#periphery = LayerPeriphery.create(config, this.#layout);
  }

  /**
   * A training step's forward pass: weights modified, inputs and outputs quantised, noise added. Differentiable in `x`,
   * `kernel` and `bias`; the backward pass is exact but for the modified weights (AIHWKit's rules, per engine).
   *
   * @throws TypeError for a kernel or an input of another shape
   */
  hwaForward(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | null, { inputRange, rng }: HwaContext): tf.Tensor {
    this.#refuseAnalogBias(bias);
    checkLayerTraining(this.config);
    checkKernel(this.name, this.shape, kernel);
    checkInput(this.name, this.shape, x);
    const own = rng.child(this.name);
    if (this.#tiles.length === 0) this.#makeTiles(own.child('periphery'));
    const layer = {
      shape: this.shape,
      grid: this.#layout,
      config: this.config,
      tiles: this.#tiles.map((tile) => ({ ...tile, thevenin: undefined })),
      inputRange,
      rng: own,
    };
    const { periphery } = this;
    const run = () => {
      if (periphery !== undefined) {
        const sum = this.#product(x, layer, (input, own) => quantisedProduct(input, kernel, own, periphery));
        return periphery.finish(sum, bias, true);
      }
      const y = this.#product(x, layer, (input, own) => hwaProduct(input, kernel, own));
      return bias === null ? y : tf.add(y, bias);
    };
    return isTaping() ? run() : tf.tidy(run);
  }

  /** A kernel as weight clipping (`clip` of the configuration) leaves it after a training step. The caller owns it. */
  clip(kernel: tf.Tensor): tf.Tensor {
    checkKernel(this.name, this.shape, kernel);
    return clippedKernel(kernel, { shape: this.shape, grid: this.#layout, config: this.config });
  }

  /**
   * Writes a kernel to fresh devices: programming noise, drift exponents and the reference readout of the drift
   * compensation are drawn now and kept until the next call.
   *
   * @param differences how the cores that hold the tiles differ; alike if absent
   * @throws TypeError for a kernel of another shape; CROSSBAR_UNSUPPORTED where the tiles cannot hold it
   */
  program(
    kernel: tf.Tensor,
    bias: tf.Tensor | null,
    inputRange: number | readonly number[],
    rng: Rng,
    differences?: Partial<CoreDifferences>,
  ): void {
    checkKernel(this.name, this.shape, kernel);
    const own = rng.child(this.name);
    // As in AIHWKit, a bias is analog only where one tile holds the whole matrix.
    const analogBias = bias !== null && !this.config.mapping.digitalBias && this.#layout.places.length === 1;
    const cores = differences && this.#drawCores(checkedDifferences(differences, this.config), own.child('core'));
    this.#makeTiles(own.child('periphery'), cores, analogBias ? 1 : 0);
    this.#programmed?.dispose();
    this.#programmed = ProgrammedLayer.program(
      { kernel, bias, inputRange },
      {
        ...{ shape: this.shape, grid: this.#layout, config: this.config, model: this.#model, tiles: this.#tiles },
        ...{ cores, analogBias, periphery: this.periphery },
      },
      own,
    );
    tf.dispose(cores?.map(({ gain }) => gain) ?? []);
  }

  /**
   * Lets the devices drift to `seconds` after programming (from the programmed state each time) and reads them anew.
   *
   * @throws RangeError unless `seconds` is a number >= 0
   */
  drift(seconds: number, rng: Rng): void {
    if (!(seconds >= 0 && Number.isFinite(seconds)))
      throw new RangeError(`drift: expected seconds >= 0, got ${seconds}`);
    this.#present().drift(seconds, rng.child(this.name));
  }

  /**
   * Inference on the weights as they stand after {@link program} or the last {@link drift}, and what the digital periphery
   * does to the sums, if anything. A stage is read once: hand in another object where its tensors have changed. The same
   * `rng` gives the same noise: give every batch and every repetition its own child.
   *
   * @throws TypeError for an input of another shape, and where a gradient of it is asked for: programmed devices have none
   */
  forward(x: tf.Tensor, rng: Rng, stage?: OutputStage): tf.Tensor {
    checkInput(this.name, this.shape, x);
    return isTaping() ? withoutGradient(this.name, x, () => this.#infer(x, rng, stage)) : this.#infer(x, rng, stage);
  }

  #infer(x: tf.Tensor, rng: Rng, stage: OutputStage | undefined): tf.Tensor {
    const programmed = this.#present();
    if (this.periphery !== undefined) return this.#quantisedForward(x, rng, this.periphery, stage);
    const { weights, bias } = stage === undefined ? programmed : programmed.behind(stage);
    return tf.tidy(() => {
      const range = rangeInForce(this.config, programmed.inputRange);
      return this.#flat(x, (input) => {
        const call = {
          shape: this.shape,
          grid: this.#layout,
          config: this.config,
          weights,
          range,
          bias: bias ?? null,
          outNoise: this.#outNoise,
          relu: stage?.relu ?? false,
          masks: false,
          rng: rng.child(this.name),
        };
        return rangedForward(input, call, this.#tiles).y;
      });
    });
  }

  /** The product of a training step; with weights of their own, the members of a batch go through one after the other. */
  #product(x: tf.Tensor, layer: HwaLayer, run: (input: tf.Tensor, layer: HwaLayer) => tf.Tensor): tf.Tensor {
    const { perBatchSample, type } = this.config.modifier;
    if (!perBatchSample || type === 'None' || type === 'Copy') return this.#flat(x, (input) => run(input, layer));
    const members = tf.split(x, x.shape[0]!, 0).map((member, i) => {
      const own = { ...layer, rng: layer.rng.child(`member-${i}`) };
      return this.#flat(member, (input) => run(input, own));
    });
    return tf.concat(members, 0);
  }

  /** Quantisers stand between the sums and what follows them, so that a stage cannot be folded. */
  #quantisedForward(x: tf.Tensor, rng: Rng, periphery: LayerPeriphery, stage: OutputStage | undefined): tf.Tensor {
    const { weights, bias, inputRange } = this.#present();
    return tf.tidy(() => {
      const sum = this.#flat(x, (input) => {
        const call = {
          ...{ shape: this.shape, grid: this.#layout, config: this.config, weights },
          ...{ range: rangeInForce(this.config, inputRange), bias: null, outNoise: this.#outNoise },
          ...{ masks: false, rng: rng.child(this.name) },
        };
        const { values } = partValues(input, call, this.#tiles);
        return periphery.outputs(values, false).reduce((a, b) => tf.add(a, b));
      });
      const y = periphery.finish(sum, bias ?? null, false);
      if (stage === undefined) return y.clone();
      const staged = tf.add(tf.mul(y, stage.factor), stage.offset);
      return stage.relu ? tf.relu(staged) : staged;
    });
  }

  /** The quantisers of its tiles; undefined where the class has none. */
  get periphery(): LayerPeriphery | undefined {
    return this.#periphery;
  }

  /** Goes on with the quantisers of another layer of the same shape and mapping. */
  takePeriphery(from: AnalogLayer): void {
    this.#periphery?.dispose();
    this.#periphery = from.#periphery;
    from.#periphery = undefined;
  }

  dispose(): void {
    this.#periphery?.dispose();
    this.#programmed?.dispose();
    for (const { draws } of this.#tiles) disposeDraws(draws);
    this.#outNoise?.dispose();
    this.#layout.dispose();
  }

  #present(): ProgrammedLayer {
    if (this.#programmed === undefined) throw new Error(`layer ${this.name} is used before it is programmed`);
    return this.#programmed;
  }

  #refuseAnalogBias(bias: tf.Tensor | null): void {
    if (bias === null || this.config.mapping.digitalBias) return;
    fail('CROSSBAR_UNSUPPORTED', 'In training, layers of a network add their bias digitally.', {
      path: 'mapping.digitalBias',
      found: 'false',
      accepted: 'true',
    });
  }

  /** Dense layers take any leading shape; the tiles see one row per vector. */
  #flat(x: tf.Tensor, run: (input: tf.Tensor) => tf.Tensor): tf.Tensor {
    if (this.shape.kind !== 'dense' || x.rank === 2) return run(x);
    const outShape = layerOutputShape(this.shape, x.shape);
    return tf.reshape(run(tf.reshape(x, [-1, this.shape.inSize])), outShape);
  }

  #drawCores(differences: CoreDifferences, rng: Rng): CoreDraw[] {
    return this.#layout.places.map(({ colStart, colEnd }, i) =>
      drawCore(differences, colEnd - colStart, rng.child(`tile-${i}`)),
    );
  }

  #makeTiles(rng: Rng, cores?: readonly CoreDraw[], extraRows = 0): void {
    for (const { draws } of this.#tiles) disposeDraws(draws);
    const io = this.config.forward;
    const pulses = { pulseNoise: pulseNoiseOf(this.config) };
    this.#tiles = this.#layout.places.map(({ rowStart, rowEnd, colStart, colEnd }, i) => {
      const rows = rowEnd - rowStart + extraRows;
      const fixed = drawTile(io, engineOf(this.config), rows, colEnd - colStart, rng.child(`tile-${i}`));
      const draws = withNoiseOf(fixed, io.outNoise, colEnd - colStart, cores?.[i]?.noise ?? 1);
      for (const value of Object.values(draws)) tf.keep(value as tf.Tensor);
      return { io, engine: engineOf(this.config), draws, memory: {}, thevenin: theveninOf(this.config), ...pulses };
    });
    this.#outNoise?.dispose();
    const differ = cores?.some(({ noise }) => noise !== 1) === true && io.outNoise > 0;
    this.#outNoise = differ
      ? tf.keep(
          tf.tidy(() =>
            this.#layout.join(this.#tiles.map(({ draws }) => tf.expandDims(draws.outNoise!, 0) as tf.Tensor2D)).clone(),
          ),
        )
      : undefined;
  }
}

/** A tile's fixed values with the output noise of its core. */
function withNoiseOf(draws: TileDraws, outNoise: number, outputs: number, factor: number): TileDraws {
  if (factor === 1 || outNoise <= 0) return draws;
  const own = draws.outNoise ?? (tf.fill([outputs], outNoise) as tf.Tensor1D);
  const scaled = tf.mul(own, factor) as tf.Tensor1D;
  own.dispose();
  return { ...draws, outNoise: scaled };
}

/** Models whose coefficients are exponents of a power law in time. */
const withExponents = [
  'PCMLikeNoiseModel',
  'CustomDriftPCMLikeNoiseModel',
  'HermesNoiseModel',
  'StateIndependentNoiseModel',
];

function checkedDifferences(differences: Partial<CoreDifferences>, { noiseModel }: CrossbarConfig): CoreDifferences {
  const checked = parseWith(coreDifferencesSchema, differences, 'core differences');
  if (checked.drift > 0 && !withExponents.includes(noiseModel.class)) {
    fail('CROSSBAR_UNSUPPORTED', 'The devices of this noise model have no drift exponents that could differ.', {
      source: 'core differences',
      path: 'drift',
      found: `${checked.drift} with ${noiseModel.class}`,
      accepted: `0, or one of ${withExponents.join(', ')}`,
    });
  }
  return checked;
}

/** A result that counts as a constant unless its input's gradient is asked for. */
function withoutGradient(name: string, x: tf.Tensor, run: () => tf.Tensor): tf.Tensor {
  const gradFunc = (): never => {
    throw new TypeError(`layer ${name}: programmed devices have no gradient; hardware-aware training uses hwaForward`);
  };
  return tf.customGrad(() => ({ value: run(), gradFunc }))(x);
}
