import { createNoiseModel } from '../../devices/index.js';
import { type Rng, tf } from '../../tensor/index.js';
import { type CrossbarConfig, type Engine, engineOf } from '../config/crossbar-config.js';
import { checkSupported } from '../config/torch-restrictions.js';
import { analogMvm, type MvmTile, tracedMvm } from '../mvm/analog-mvm.js';
import { disposeDraws, drawTile, type TileDraws } from '../mvm/tile-draws.js';
import { QuantisedPeriphery } from '../quantiser/quantised-periphery.js';
import { clipWeights, remapWeights } from './clip-remap.js';
import { baselineReadout, readout } from './drift-compensation.js';
import { InputRange } from './input-range.js';
import { pulseNoiseOf, theveninOf } from './ir-drop-tile.js';
import { mappingScale } from './mapping-scale.js';
import { modifyWeights } from './modify-weights.js';
import { disposeProgrammed, driftTile, type ProgrammedTile, programTile } from './programmed-tile.js';
import { tileGradients } from './tile-gradients.js';
import type { ForwardRecord, TileGradients } from './tile-record.js';

/** What a tile keeps for its parameters: digital scales, learned scales, bias. All are given back by name. */
export interface TileOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly config: CrossbarConfig;
  /** The tile has a bias of its own (tile arrays add theirs after summing). */
  readonly bias: boolean;
  readonly rng: Rng;
}

/**
 * One crossbar tile with AIHWKit's parameters and life: weights in analog units, mapping scales, learned output scales,
 * an input range, training with explicit gradients, programming and drift. It owns its tensors; {@link dispose} frees
 * them. {@link AnalogLayer} is the faster way to run whole networks.
 */
export class AnalogTile {
  readonly engine: Engine;
  /** Analog weights [inputs (+ 1 for an analog bias), outputs]. */
  weights: tf.Tensor2D;
  /** Mapping scales [1, outputs]; undefined where the configuration never scales. */
  mappingScales: tf.Tensor2D | undefined;
  /** Learned output scales, [1, outputs] or [1, 1]; undefined where they are not learned. */
  learnedOutScales: tf.Tensor2D | undefined;
  /** Digital bias [outputs]. */
  bias: tf.Tensor1D | undefined;
  readonly inputRange: InputRange | undefined;
  /** Quantisers of scales, bias and output; undefined where the class has none. */
  readonly periphery: QuantisedPeriphery | undefined;
  /** Drift compensation factor, [1, 1] or [1, outputs]; undefined before the first drift. */
  driftFactor: tf.Tensor2D | undefined;

  readonly #mvm: MvmTile;
  readonly #backwardDraws: TileDraws;
  readonly #analogBias: boolean;
  #modified: tf.Tensor2D | undefined;
  #record: ForwardRecord | undefined;
  #reference: tf.Tensor2D | undefined;
  #programmed: ProgrammedTile | undefined;
  #baseline: tf.Tensor2D | undefined;

  /** @throws CROSSBAR_UNSUPPORTED where the tile refuses a setting */
  constructor(readonly options: TileOptions) {
    const { inputs, outputs, config, bias, rng } = options;
    checkSupported(config);
    this.engine = engineOf(config);
    this.#analogBias = bias && !config.mapping.digitalBias;
    const rows = inputs + (this.#analogBias ? 1 : 0);
    const { mapping, prePost, remap, forward } = config;
    this.weights = tf.keep(tf.zeros([rows, outputs]));
    this.bias = bias && !this.#analogBias ? tf.keep(tf.zeros([outputs])) : undefined;
    this.mappingScales = remap.type === 'None' ? undefined : tf.keep(tf.ones([1, outputs]));
    this.learnedOutScales = mapping.learnOutScaling
      ? tf.keep(tf.ones([1, mapping.outScalingColumnwise ? outputs : 1]))
      : undefined;
    this.inputRange = prePost.inputRange.enable ? new InputRange(prePost.inputRange) : undefined;
    this.periphery = QuantisedPeriphery.create(config, { scale: true, bias, output: true });
    const draws = keptDraws(drawTile(forward, this.engine, rows, outputs, rng.child('periphery')));
    this.#backwardDraws = keptDraws(drawTile(config.backward, this.engine, outputs, rows, rng.child('backward')));
    this.#mvm = {
      io: forward,
      engine: this.engine,
      draws,
      memory: {},
      thevenin: theveninOf(config),
      pulseNoise: pulseNoiseOf(config),
    };
  }

  /** Takes logical weights [inputs, outputs] and bias: scales them onto the tile. Learned output scales begin anew with the mapping. */
  setWeights(logical: tf.Tensor2D, bias?: tf.Tensor1D): void {
    const { mapping } = this.options.config;
    const [scaled, scales] = tf.tidy(() => {
      const full =
        this.#analogBias && bias !== undefined
          ? (tf.concat([logical, tf.expandDims(bias, 0)], 0) as tf.Tensor2D)
          : logical;
      const s = mappingScale(full, mapping);
      return [tf.div(full, s) as tf.Tensor2D, s];
    });
    this.#replaceWeights(scaled);
    if (mapping.weightScalingOmega > 0) {
      this.#setScales(scales);
      if (this.learnedOutScales !== undefined) this.setLearnedOutScales(Array(this.learnedOutScales.size).fill(1));
    } else scales.dispose();
    if (this.bias !== undefined && bias !== undefined) {
      this.bias.dispose();
      this.bias = tf.keep(bias.clone());
    }
    this.#reference?.dispose();
    this.#reference = undefined;
  }

  /** Sets analog weights and scales as they are. */
  setAnalog(weights: tf.Tensor2D, scales?: tf.Tensor2D): void {
    this.#replaceWeights(weights.clone());
    if (scales !== undefined) this.#setScales(scales.clone());
  }

  /** Sets the learned output scales: one value, or one per output. */
  setLearnedOutScales(values: readonly number[]): void {
    if (this.learnedOutScales?.size !== values.length) {
      throw new RangeError(`${values.length} learned output scales for ${this.learnedOutScales?.size ?? 0}`);
    }
    this.learnedOutScales.dispose();
    this.learnedOutScales = tf.keep(tf.tensor2d([...values], [1, values.length]));
  }

  /**
   * Digital factor on the tile's output, [1, outputs] or scalar: input range and mapping scales. A quantised periphery
   * merges the learned scales with them.
   */
  #digitalFactor(): tf.Tensor {
    const range = this.inputRange?.value ?? 1;
    const factor = this.mappingScales === undefined ? tf.scalar(range) : tf.mul(this.mappingScales, range);
    if (this.periphery === undefined || this.learnedOutScales === undefined) return factor;
    return tf.mul(factor, this.learnedOutScales);
  }

  /** Whether anything scales the output digitally. */
  get #scales(): boolean {
    return [this.inputRange, this.mappingScales, this.learnedOutScales].some((part) => part !== undefined);
  }

  /** [batch, inputs] to [batch, outputs]; in training the modified weights answer and {@link backward} may follow. */
  forward(x: tf.Tensor2D, { train, rng }: { train: boolean; rng: Rng }): tf.Tensor2D {
    if (train) this.inputRange?.observe(x);
    this.#forget();
    return tf.tidy(() => {
      const ranged = this.inputRange === undefined ? x : this.inputRange.apply(x);
      const input = this.#analogBias ? (tf.concat([ranged, tf.ones([x.shape[0], 1])], 1) as tf.Tensor2D) : ranged;
      const { modifier } = this.options.config;
      const active =
        train && modifier.perBatchSample
          ? sampled(this.weights, x.shape[0], modifier, this.engine, rng.child('modifier'))
          : this.#activeWeights(train);
      const { y: raw, trace } = tracedMvm(
        input,
        active,
        train ? { ...this.#mvm, thevenin: undefined } : this.#mvm,
        rng,
      );
      const merged = this.#digitalFactor();
      const factor = (this.#scales && this.periphery?.scale?.apply(merged, { train })) || merged;
      let y = tf.mul(raw, factor);
      if (!train && this.driftFactor !== undefined) y = tf.mul(y, this.driftFactor);
      const unscaled = y as tf.Tensor2D;
      if (this.learnedOutScales !== undefined && this.periphery === undefined) y = tf.mul(y, this.learnedOutScales);
      const bias = this.bias && (this.periphery?.bias?.apply(this.bias, { train }) ?? this.bias);
      const sum = bias === undefined ? y.clone() : tf.add(y, bias);
      const quantised = this.periphery && { merged, factor, sum };
      if (train) this.#remember({ x, input, raw, unscaled, active, trace, quantised });
      return (this.periphery?.output?.apply(sum, { train }) ?? sum) as tf.Tensor2D;
    });
  }

  /** Gradients of the last forward pass in training, for the gradient of its output. `rng` serves noisy backward passes. */
  backward(dy: tf.Tensor2D, rng: Rng): TileGradients {
    if (this.#record === undefined) throw new Error('backward of a tile needs a forward pass in training before it');
    return tileGradients(dy, this.#record, {
      config: this.options.config,
      engine: this.engine,
      mappingScales: this.mappingScales,
      learnedOutScales: this.learnedOutScales,
      inputRange: this.inputRange,
      hasBias: this.bias !== undefined,
      bias: this.bias,
      periphery: this.periphery,
      backProduct: (dOut, weights) => this.#backProduct(dOut, weights, rng),
    });
  }

  /** What follows an optimiser step: clip, remap (learned scales fold into the mapping), then the weight noise of the next step. */
  postUpdate(rng: Rng): void {
    const { clip, remap, modifier } = this.options.config;
    this.#replaceWeights(clipWeights(this.weights, clip, this.engine));
    if (remap.type !== 'None') this.#remap();
    this.#modified?.dispose();
    this.#modified = tf.keep(tf.tidy(() => modified(this.weights, modifier, this.engine, rng)));
  }

  /** The weights that training uses now. */
  get trainingWeights(): tf.Tensor2D {
    return this.#modified ?? this.weights;
  }

  /** Programs the present weights, or again those of the last programming with new noise. */
  program(rng: Rng): void {
    const { noiseModel, driftCompensation } = this.options.config;
    this.#reference ??= tf.keep(this.weights.clone());
    const written = programTile(this.#reference, createNoiseModel(noiseModel), rng);
    if (this.#programmed !== undefined) disposeProgrammed(this.#programmed);
    this.#programmed = { weights: tf.keep(written.weights), coefficients: written.coefficients.map((c) => tf.keep(c)) };
    this.#replaceWeights(written.weights.clone());
    this.#baseline?.dispose();
    this.#baseline =
      driftCompensation === null
        ? undefined
        : tf.keep(baselineReadout(this.weights, this.#reference, this.#mvm, driftCompensation, rng.child('readout')));
  }

  /** Drifts to `seconds` after programming (programs first if that never happened) and measures the compensation. */
  drift(seconds: number, rng: Rng): void {
    if (this.#programmed === undefined) this.program(rng.child('program'));
    const { noiseModel, driftCompensation } = this.options.config;
    this.#replaceWeights(driftTile(this.#programmed!, createNoiseModel(noiseModel), seconds, rng));
    if (driftCompensation === null || this.#baseline === undefined) return;
    const now = readout(this.weights, this.#mvm, driftCompensation, rng.child('readout'));
    this.driftFactor?.dispose();
    this.driftFactor = tf.keep(tf.tidy(() => tf.div(this.#baseline!, now) as tf.Tensor2D));
    now.dispose();
  }

  #activeWeights(train: boolean): tf.Tensor2D {
    const modified = train || this.options.config.modifier.enableDuringTest;
    return modified ? this.trainingWeights : this.weights;
  }

  /** The product of the tile alone, without digital scales: what a readout sees. */
  rawForward(x: tf.Tensor2D, rng: Rng): tf.Tensor2D {
    return analogMvm(x, this.weights, this.#mvm, rng);
  }

  /** Backward passes never manage bounds; the running mean of AverageAbsMax is that of the forward pass, as in AIHWKit. */
  #backProduct(dOut: tf.Tensor2D, weights: tf.Tensor2D, rng: Rng): tf.Tensor2D {
    const io = { ...this.options.config.backward, boundManagement: 'None' as const };
    return analogMvm(
      dOut,
      tf.transpose(weights),
      { io, engine: this.engine, draws: this.#backwardDraws, memory: this.#mvm.memory },
      rng,
    );
  }

  dispose(): void {
    this.#forget();
    this.periphery?.dispose();
    const owned = [
      this.mappingScales,
      this.learnedOutScales,
      this.bias,
      this.driftFactor,
      this.#modified,
      this.#reference,
    ];
    tf.dispose([this.weights, ...owned, this.#baseline, this.#programmed?.weights].filter((t) => t !== undefined));
    tf.dispose([...(this.#programmed?.coefficients ?? []), ...(Object.values(this.#mvm.draws) as tf.Tensor[])]);
    disposeDraws(this.#backwardDraws);
  }

  #remap(): void {
    const { weights, scales } = tf.tidy(() => {
      const present = this.mappingScales ?? tf.ones([1, this.options.outputs]);
      const whole = this.learnedOutScales === undefined ? present : tf.mul(present, this.learnedOutScales);
      const remapped = remapWeights(
        { weights: this.weights, scales: whole as tf.Tensor2D },
        this.options.config.remap,
        this.engine,
      );
      return { weights: remapped.weights, scales: remapped.scales };
    });
    this.#replaceWeights(weights);
    this.#setScales(scales);
    if (this.learnedOutScales === undefined) return;
    const ones = tf.keep(tf.onesLike(this.learnedOutScales));
    this.learnedOutScales.dispose();
    this.learnedOutScales = ones;
  }

  #replaceWeights(weights: tf.Tensor2D): void {
    this.weights.dispose();
    this.weights = tf.keep(weights);
  }

  #setScales(scales: tf.Tensor2D): void {
    this.mappingScales?.dispose();
    this.mappingScales = tf.keep(scales);
  }

  #remember(record: ForwardRecord): void {
    const copy = <T extends tf.Tensor>(t: T): T => tf.keep(t.clone()) as T;
    const { x, input, raw, unscaled, active, trace, quantised } = record;
    this.#record = {
      x: copy(x),
      input: copy(input),
      raw: copy(raw),
      unscaled: copy(unscaled),
      active: copy(active),
      trace: trace && {
        prepared: copy(trace.prepared),
        scale: copy(trace.scale),
        rounded: copy(trace.rounded),
        weights: trace.weights && copy(trace.weights),
      },
      quantised: quantised && {
        merged: copy(quantised.merged),
        factor: copy(quantised.factor),
        sum: copy(quantised.sum),
      },
    };
  }

  #forget(): void {
    if (this.#record === undefined) return;
    const { trace, quantised, ...tensors } = this.#record;
    tf.dispose([
      ...Object.values(tensors),
      ...Object.values(trace ?? {}).filter((t) => t !== undefined),
      ...Object.values(quantised ?? {}),
    ]);
    this.#record = undefined;
  }
}

/** A tile's fixed values, kept until the tile is disposed of. */
function keptDraws(draws: TileDraws): TileDraws {
  for (const value of Object.values(draws)) tf.keep(value as tf.Tensor);
  return draws;
}

/** Modified weights of a tile, drawn for each input vector: [batch, inputs, outputs]. */
function sampled(
  weights: tf.Tensor2D,
  batch: number,
  modifier: CrossbarConfig['modifier'],
  engine: Engine,
  rng: Rng,
): tf.Tensor2D {
  const each = tf.tile(tf.expandDims(weights, 0), [batch, 1, 1]);
  return modifyWeights(each, modifier, tf.max(tf.abs(weights)), engine, rng) as unknown as tf.Tensor2D;
}

/** Modified weights of a tile; the largest weight leaves out a copied last column (the analog bias). */
function modified(weights: tf.Tensor2D, modifier: CrossbarConfig['modifier'], engine: Engine, rng: Rng): tf.Tensor2D {
  if (modifier.perBatchSample) return weights.clone();
  if (!modifier.copyLastColumn) {
    return modifyWeights(weights, modifier, tf.max(tf.abs(weights)), engine, rng) as tf.Tensor2D;
  }
  const [rows, cols] = weights.shape;
  const kernel = tf.slice(weights, [0, 0], [rows - 1, cols]);
  const last = tf.slice(weights, [rows - 1, 0], [1, cols]);
  return tf.concat([modifyWeights(kernel, modifier, tf.max(tf.abs(kernel)), engine, rng), last], 0) as tf.Tensor2D;
}
