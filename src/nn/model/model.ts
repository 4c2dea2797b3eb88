import type { CrossbarConfig } from '../../crossbar/index.js';
import { isTaping, type Rng, tf } from '../../tensor/index.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import { type InputRanges, type QuantisationRanges, TileGrids } from './analog-engines.js';
import { AnalogModel } from './analog-model.js';
import { type BoundNetwork, bindNetwork } from './bind-network.js';
import { CalibrationObserver, isCalibrationType } from './calibration.js';
import { checkBatch } from './check-batch.js';
import { type CrossbarMatrix, crossbarMatrix, setCrossbarMatrix } from './crossbar-matrices.js';
import { digitalEngine } from './digital-engine.js';
import { IdleBiases } from './idle-biases.js';
import { InputRangeObserver, type InputRangeOptions } from './input-ranges.js';
import { MovingStatistics } from './moving-statistics.js';
import type { Pass } from './runner.js';
import { initialVariables, variablesFrom, type WeightMap } from './weight-map.js';

/** How a forward pass is computed. */
export interface ForwardOptions {
  /** `digital` is exact; `hwa` has the noise and quantisation of the crossbars set by {@link Model.enableHwa}. */
  readonly mode?: 'digital' | 'hwa';
  /** Use and record batch statistics, apply dropout. False by default. */
  readonly training?: boolean;
  /** Source of noise and dropout; needed for `hwa`. Give each step its own. */
  readonly rng?: Rng;
}

/**
 * A network with weights on the tensor backend.
 *
 * @example
 * const model = Model.create(resnet8(), createRng(1).child('init'));
 * const { value, gradients } = valueAndGradients(
 *   () => softmaxCrossEntropy(model.forward(x, { training: true }), labels),
 *   model.trainable(),
 * );
 */
export class Model {
  /** A model with fresh weights (He et al. 2015; recurrent ones Glorot and Bengio 2010). */
  static create(graph: NetworkGraph, rng: Rng): Model {
    return new Model(graph, initialVariables(graph, rng));
  }

  /** A model with given weights. Throws MODEL_INVALID where they do not fit the graph. */
  static fromWeights(graph: NetworkGraph, weights: WeightMap): Model {
    return new Model(graph, variablesFrom(graph, weights));
  }

  readonly graph: NetworkGraph;
  readonly #variables: ReadonlyMap<string, tf.Variable>;
  readonly #network: BoundNetwork;
  readonly #moving: MovingStatistics;
  readonly #idleBiases: IdleBiases;
  #grids: TileGrids | null = null;
  #inputRanges: InputRanges = {};
  #quantisationRanges: QuantisationRanges = {};

  private constructor(graph: NetworkGraph, variables: ReadonlyMap<string, tf.Variable>) {
    this.graph = graph;
    this.#variables = variables;
    this.#idleBiases = new IdleBiases(graph, variables);
    this.#network = bindNetwork(graph, variables, this.#idleBiases);
    this.#moving = new MovingStatistics(
      graph.nodes.flatMap((node) => {
        if (node.op !== 'batchNorm') return [];
        const [mean, variance] = ['movingMean', 'movingVariance'].map((name) => variables.get(`${node.id}/${name}`)!);
        return [{ mean: mean!, variance: variance!, momentum: node.momentum }];
      }),
    );
  }

  /** All weights by full name, moving averages brought up to date. */
  get weights(): ReadonlyMap<string, tf.Variable> {
    this.#moving.flush();
    return this.#variables;
  }

  /**
   * The variables that training changes, in the order of the nodes. A bias in front of a batch norm is among them only
   * where it is not zero.
   */
  trainable(): tf.Variable[] {
    return [...this.#variables]
      .filter(([name, variable]) => variable.trainable && !this.#idleBiases.has(name))
      .map(([, variable]) => variable);
  }

  /**
   * Logits [batch, ...]: the network's result in front of a final softmax. The caller owns the tensor. With a gradient
   * being taken, call it inside that function; the tape then holds the activations.
   *
   * @throws TypeError for images of another shape than the graph's input
   */
  forward(x: tf.Tensor, options: ForwardOptions = {}): tf.Tensor {
    const { mode = 'digital', training = false, rng } = options;
    checkBatch(this.graph, x);
    if (!training) this.#moving.flush();
    const engine = mode === 'hwa' ? this.#hwaEngine(rng) : digitalEngine;
    const pass: Pass = { engine, training, rng, means: [], variances: [] };
    const run = () => {
      const logits = this.#network.runToLogits(x, pass);
      if (training) this.#moving.update(pass.means, pass.variances);
      return logits;
    };
    return isTaping() ? run() : tf.tidy(run);
  }

  /** The network's result [batch, ...] by exact inference, with its final softmax if it has one. The caller owns it. */
  predict(x: tf.Tensor): tf.Tensor {
    checkBatch(this.graph, x);
    this.#moving.flush();
    return tf.tidy(() => this.#network.run(x, inferencePass(digitalEngine)));
  }

  /**
   * Input ranges of all weight matrices from what they see during exact inference on some batches (without training's
   * noise). The batches stay the caller's.
   *
   * @param options `batchStatistics` normalises by the statistics of each batch instead of the moving averages
   */
  calibrateInputRanges(
    batches: Iterable<tf.Tensor>,
    options: InputRangeOptions & { readonly batchStatistics?: boolean } = {},
  ): Record<string, number | number[]> {
    this.#moving.flush();
    const { method } = options;
    const observer = isCalibrationType(method)
      ? new CalibrationObserver(method, options)
      : new InputRangeObserver(options.perTile);
    const training = options.batchStatistics === true;
    for (const batch of batches) {
      tf.tidy(() => this.#network.run(batch, { ...inferencePass(observer), training })).dispose();
    }
    return observer.ranges(options);
  }

  /**
   * Replaces the moving averages of all batch norms by the mean statistics of some batches, for weights that came from
   * elsewhere than this model's own training. The batches stay the caller's.
   */
  recalibrateBatchNorm(
    batches: Iterable<tf.Tensor>,
    { mode = 'digital', rng }: Pick<ForwardOptions, 'mode' | 'rng'> = {},
  ): void {
    const statistics: Pick<Pass, 'means' | 'variances'>[] = [];
    for (const batch of batches) {
      const engine = mode === 'hwa' ? this.#hwaEngine(rng?.child(`batch/${statistics.length}`)) : digitalEngine;
      const pass: Pass = { engine, training: true, rng, means: [], variances: [] };
      tf.tidy(() => {
        this.#network.runToLogits(batch, pass);
        for (const tensor of [...pass.means, ...pass.variances]) tf.keep(tensor);
      });
      statistics.push(pass);
    }
    this.#moving.replace(statistics);
    tf.dispose(statistics.flatMap(({ means, variances }) => [...means, ...variances]));
  }

  /**
   * Chooses the crossbars of mode `hwa`, and the input ranges that {@link toAnalog} uses too. Training changes them where
   * the configuration's `learnInputRange` is set: see {@link peripheryVariables}.
   */
  enableHwa(config: CrossbarConfig, inputRanges: InputRanges): void {
    const grids = new TileGrids(this.#network.matrices, config, inputRanges);
    if (this.#grids === null) grids.useQuantisationRanges(this.#quantisationRanges);
    else grids.takeQuantisers(this.#grids);
    this.#grids?.dispose();
    this.#grids = grids;
    this.#inputRanges = { ...inputRanges };
  }

  /**
   * Finds the ranges of a crossbar's digital quantisers, which {@link toAnalog} uses from then on: AIHWKit's
   * `calibrate_quantization_ranges`, on tiles that hold the exact weights. Set the input ranges first. The batches stay
   * the caller's; one more than `maxNumBatches` is used, as there.
   *
   * @example
   * model.useInputRanges(model.calibrateInputRanges(batches()));
   * model.calibrateQuantizationRanges(batches(), crossbar, createRng(1));
   * const analog = model.toAnalog(crossbar);
   */
  calibrateQuantizationRanges(
    batches: Iterable<tf.Tensor>,
    crossbar: CrossbarConfig,
    rng: Rng,
    { maxNumBatches = 20 }: { readonly maxNumBatches?: number } = {},
  ): void {
    this.#moving.flush();
    const exact = { ...crossbar, modifier: { ...crossbar.modifier, type: 'None' as const } };
    const grids = new TileGrids(this.#network.matrices, exact, this.#inputRanges);
    grids.calibrating(() => {
      let count = 0;
      for (const batch of batches) {
        const engine = grids.hwaEngine(rng.child(`batch-${count}`));
        tf.tidy(() => this.#network.run(batch, inferencePass(engine))).dispose();
        if (++count > maxNumBatches) break;
      }
    });
    this.#quantisationRanges = grids.quantisationRanges();
    this.#grids?.useQuantisationRanges(this.#quantisationRanges);
    grids.dispose();
  }

  /** Clips the weights as the crossbars of mode `hwa` say (`clip` of their configuration), for use after a training step. */
  clipToCrossbar(): void {
    this.#grids?.clipWeights(this.#network.matrices);
  }

  /** Sets the ranges of digital quantisers that {@link toAnalog} uses, for example those saved with a model. */
  useQuantisationRanges(ranges: QuantisationRanges): void {
    this.#quantisationRanges = { ...ranges };
    this.#grids?.useQuantisationRanges(ranges);
  }

  /** Ranges of digital quantisers, found in training or by {@link calibrateQuantizationRanges}; empty where there are none. */
  get quantisationRanges(): QuantisationRanges {
    const trained = this.#grids?.quantisationRanges() ?? {};
    return Object.keys(trained).length > 0 ? trained : this.#quantisationRanges;
  }

  /** What training changes now beside {@link trainable}: input ranges that are learned, steps of digital quantisers. */
  peripheryVariables(): tf.Variable[] {
    return this.#grids === null ? [] : [...this.#grids.rangeVariables(), ...this.#grids.quantiserVariables()];
  }

  /** Sets the input ranges that {@link toAnalog} uses, for example those saved with a model. */
  useInputRanges(inputRanges: InputRanges): void {
    this.#inputRanges = { ...inputRanges };
  }

  /** Input ranges in force, by the id of the matrix layer; empty before {@link enableHwa} or {@link useInputRanges}. */
  get inputRanges(): InputRanges {
    const learned = this.#grids !== null && this.#grids.rangeVariables().length > 0;
    return learned ? { ...this.#inputRanges, ...this.#grids!.inputRanges } : this.#inputRanges;
  }

  /** The present weights on crossbars, to be programmed and drifted. Independent of this model from here on. */
  toAnalog(config: CrossbarConfig, inputRanges: InputRanges = this.inputRanges): AnalogModel {
    const tensors = new Map(
      [...this.weights].map(([name, variable]) => [name, tf.keep(tf.clone(variable as tf.Tensor))]),
    );
    const { graph, quantisationRanges } = this;
    return new AnalogModel(graph, tensors, this.#idleBiases.names(), config, inputRanges, quantisationRanges);
  }

  /** The weights that go on crossbars, layer by layer, as matrices. The caller owns the tensors. */
  crossbarMatrices(): CrossbarMatrix[] {
    return this.#network.matrices.map(crossbarMatrix);
  }

  /** Replaces the weights of one matrix layer; `weights` as {@link crossbarMatrices} gives them. */
  setCrossbarMatrix(id: string, weights: tf.Tensor2D): void {
    const matrix = this.#network.matrices.find((one) => one.id === id);
    if (matrix === undefined) throw new TypeError(`there is no matrix layer "${id}"`);
    setCrossbarMatrix(matrix, weights);
  }

  /** Copies of all weights. */
  exportWeights(): WeightMap {
    return Object.fromEntries(
      [...this.weights].map(([name, variable]) => {
        return [name, { shape: [...variable.shape], data: (variable.dataSync() as Float32Array).slice() }];
      }),
    );
  }

  /** Frees all tensors. */
  dispose(): void {
    this.#grids?.dispose();
    this.#moving.dispose();
    for (const variable of this.#variables.values()) variable.dispose();
  }

  #hwaEngine(rng: Rng | undefined) {
    if (this.#grids === null) throw new TypeError('enableHwa must come before a forward pass in mode "hwa"');
    if (rng === undefined) throw new TypeError('a forward pass in mode "hwa" needs an rng');
    return this.#grids.hwaEngine(rng);
  }
}

/** A pass of inference with an engine. */
function inferencePass(engine: Pass['engine']): Pass {
  return { engine, training: false, rng: undefined, means: [], variances: [] };
}
