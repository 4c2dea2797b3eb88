import { AnalogLayer, type CoreDifferences, type CrossbarConfig, type LayerQuantisers } from '../../crossbar/index.js';
import { type Rng, tf } from '../../tensor/index.js';
import { type BoundMatrix, type MatrixEngine, setDenseKernel, withDenseKernel } from './bound-matrix.js';

/**
 * Largest magnitude that the DACs of each matrix cover, by the id of the matrix layer: one number, or one for each part
 * that the tiles cut its rows into.
 */
export type InputRanges = Readonly<Record<string, number | readonly number[]>>;

/** Ranges of the quantisers of each matrix, by the id of the matrix layer; only for crossbars that quantise digitally. */
export type QuantisationRanges = Readonly<Record<string, LayerQuantisers>>;

/** One {@link AnalogLayer} per weight matrix of a network, with the range of its inputs. */
export class TileGrids {
  readonly #layers: ReadonlyMap<string, AnalogLayer>;
  readonly #inputRanges: ReadonlyMap<string, number | readonly number[] | tf.Variable>;
  readonly config: CrossbarConfig;

  /**
   * Matrices without an input range take `prePost.inputRange.initValue` of the configuration. Where it learns ranges, they
   * become variables; those of parts stay as they are.
   *
   * @throws RangeError for an input range that is zero or no number; TypeError for what is no resolved configuration
   */
  constructor(matrices: readonly BoundMatrix[], config: CrossbarConfig, inputRanges: InputRanges) {
    if (typeof config?.forward !== 'object') {
      throw new TypeError(`expected a crossbar as resolveCrossbar gives it, got ${JSON.stringify(config)}`);
    }
    this.config = config;
    Object.entries(inputRanges).forEach(checkRange);
    this.#layers = new Map(matrices.map(({ id, shape }) => [id, new AnalogLayer(id, shape, config)]));
    const { initValue, enable, learnInputRange } = config.prePost.inputRange;
    const learned = enable && learnInputRange;
    this.#inputRanges = new Map(
      matrices.map(({ id }) => {
        const range = inputRanges[id] ?? initValue;
        return [id, learned && typeof range === 'number' ? tf.tidy(() => tf.variable(tf.scalar(range))) : range];
      }),
    );
  }

  /** The input ranges as they stand. */
  get inputRanges(): InputRanges {
    const values = [...this.#inputRanges].map(([id, range]) => {
      return [id, range instanceof tf.Variable ? Math.abs(range.dataSync()[0]!) : range];
    });
    return Object.fromEntries(values);
  }

  /** Input ranges that training changes. */
  rangeVariables(): tf.Variable[] {
    return [...this.#inputRanges.values()].filter((range): range is tf.Variable => range instanceof tf.Variable);
  }

  /** Engine of hardware-aware training: noisy products, exact gradients. */
  hwaEngine(rng: Rng): MatrixEngine {
    const streams = streamsOf(rng);
    return {
      apply: (matrix, x) => {
        const context = { inputRange: this.#inputRanges.get(matrix.id)!, rng: streams(matrix.id) };
        const layer = this.#layers.get(matrix.id)!;
        return withDenseKernel(matrix, (kernel) => layer.hwaForward(x, kernel, matrix.biasTensor, context));
      },
    };
  }

  /** Engine of inference on the present conductances. */
  analogEngine(rng: Rng): MatrixEngine {
    const streams = streamsOf(rng);
    return {
      apply: ({ id }, x) => this.#layers.get(id)!.forward(x, streams(id)),
      applyWithStage: ({ id }, x, stage) => this.#layers.get(id)!.forward(x, streams(id), stage),
    };
  }

  /** Programs all matrices. */
  program(matrices: readonly BoundMatrix[], rng: Rng, differences?: Partial<CoreDifferences>): void {
    const { inputRanges } = this;
    for (const matrix of matrices) {
      const layer = this.#layers.get(matrix.id)!;
      const inputRange = inputRanges[matrix.id]!;
      withDenseKernel(matrix, (kernel) => layer.program(kernel, matrix.biasTensor, inputRange, rng, differences));
    }
  }

  /** Clips the kernels of all matrices as the configuration says; does nothing where it does not. */
  clipWeights(matrices: readonly BoundMatrix[]): void {
    if (this.config.clip.type === 'None') return;
    for (const matrix of matrices) {
      const clipped = withDenseKernel(matrix, (kernel) => this.#layers.get(matrix.id)!.clip(kernel));
      setDenseKernel(matrix, clipped);
      clipped.dispose();
    }
  }

  /** Lets all matrices drift to a time in seconds since programming. */
  drift(seconds: number, rng: Rng): void {
    for (const layer of this.#layers.values()) layer.drift(seconds, rng);
  }

  /** Ranges that the digital quantisers have found; empty where there are none. */
  quantisationRanges(): QuantisationRanges {
    const found = [...this.#layers].flatMap(([id, { periphery }]) => (periphery ? [[id, periphery.values()]] : []));
    return Object.fromEntries(found);
  }

  /** Gives the digital quantisers ranges and fixes them. */
  useQuantisationRanges(ranges: QuantisationRanges): void {
    for (const [id, { periphery }] of this.#layers) periphery?.restore(ranges[id] ?? []);
  }

  /** Goes on with the digital quantisers of other grids of the same network, if they are of the same kind. */
  takeQuantisers(from: TileGrids): void {
    const kind = ({ config: { class: name, actQuantConfig, prePost, mapping } }: TileGrids) =>
      JSON.stringify([name, actQuantConfig, prePost.periphQuant, mapping]);
    if (kind(this) !== kind(from)) return;
    for (const [id, layer] of this.#layers) layer.takePeriphery(from.#layers.get(id)!);
  }

  /** Lets the digital quantisers follow whatever they see while `run` runs, then fixes them. */
  calibrating(run: () => void): void {
    const peripheries = [...this.#layers.values()].flatMap(({ periphery }) => periphery ?? []);
    for (const periphery of peripheries) periphery.state = 'estimate';
    run();
    for (const periphery of peripheries) periphery.fix();
  }

  /** Steps of the digital quantisers that are trained now. */
  quantiserVariables(): tf.Variable[] {
    const quantisers = [...this.#layers.values()].flatMap(({ periphery }) => periphery?.quantisers ?? []);
    const learning = quantisers.filter(({ state }) => state === 'learn');
    return learning.flatMap(({ delta, zero }) => [delta, zero].filter((variable) => variable !== undefined));
  }

  dispose(): void {
    for (const layer of this.#layers.values()) layer.dispose();
    tf.dispose(this.rangeVariables());
  }
}

function checkRange([id, range]: [id: string, range: number | readonly number[]]): void {
  const wrong = (typeof range === 'number' ? [range] : range).find((one) => !Number.isFinite(one) || one === 0);
  if (wrong !== undefined) throw new RangeError(`input range of ${id}: expected a number other than 0, got ${wrong}`);
}

/**
 * The stream of a matrix's next use in a pass. A matrix derives its own stream from what it is given; one that is used
 * again, in a recurrent layer, must be given another.
 */
function streamsOf(rng: Rng): (id: string) => Rng {
  const uses = new Map<string, number>();
  return (id) => {
    const use = uses.get(id) ?? 0;
    uses.set(id, use + 1);
    return use === 0 ? rng : rng.child(`use-${use}`);
  };
}
