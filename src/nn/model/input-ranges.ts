import { tf } from '../../tensor/index.js';
import type { BoundMatrix, MatrixEngine } from './bound-matrix.js';
import type { CalibrationType } from './calibration.js';
import { digitalEngine } from './digital-engine.js';
import { type RowTiling, rangesOf, rowCutsOf } from './row-parts.js';

/** How the input range of a weight matrix follows from the activations it sees. */
export interface InputRangeOptions {
  /**
   * `quantile`: that quantile of the magnitudes; `std`: `stdAlpha` standard deviations about the mean of all values, as
   * AIHWKit's `init_std_alpha`; `max`: the largest magnitude. The others are AIHWKit's `InputRangeCalibrationType`, see
   * {@link CalibrationObserver}.
   */
  readonly method?: 'quantile' | 'std' | 'max' | CalibrationType;
  /** In (0, 1]; 0.999 if absent, 0.99995 for AIHWKit's types. */
  readonly quantile?: number;
  /** AIHWKit's types: vectors kept (`CacheQuantile`) or batches seen (`MovingStd`) at most; 1000 if absent. */
  readonly maxSamples?: number;
  /** 3 if absent. */
  readonly stdAlpha?: number;
  /**
   * The mapping of the crossbars, where every part that their tiles cut a matrix's rows into shall have a range of its own,
   * as every tile of AIHWKit has; else a matrix has one.
   */
  readonly perTile?: RowTiling | undefined;
}

/** Values per matrix and batch that a quantile is taken from, spread evenly over the batch. */
const samplesPerBatch = 65_536;

/** Watches the inputs of every weight matrix during digital inference and derives input ranges from them. */
export class InputRangeObserver implements MatrixEngine {
  readonly #records = new Map<string, readonly ActivationRecord[]>();

  constructor(readonly perTile?: RowTiling) {}

  apply: MatrixEngine['apply'] = (matrix, x) => {
    const parts = channelParts(matrix, this.perTile);
    const records = this.#records.get(matrix.id) ?? parts.map(() => new ActivationRecord());
    this.#records.set(matrix.id, records);
    for (const [i, [start, end]] of parts.entries()) {
      const whole = start === 0 && end === x.shape.at(-1);
      const own = whole
        ? x
        : tf.slice(x, [...x.shape.slice(1).map(() => 0), start], [...x.shape.slice(0, -1), end - start]);
      records[i]!.add(own.dataSync() as Float32Array);
      if (!whole) own.dispose();
    }
    return digitalEngine.apply(matrix, x);
  };

  /** The range of each matrix seen, or of its parts; 1 where only zeros came. */
  ranges(options: InputRangeOptions = {}): Record<string, number | number[]> {
    return rangesOf(this.#records, (record) => record.range(options));
  }
}

/** The channels that each row part touches, [start, end). */
function channelParts(matrix: BoundMatrix, perTile: RowTiling | undefined): [start: number, end: number][] {
  const { shape } = matrix;
  const cuts = rowCutsOf(matrix, perTile);
  const window = shape.kind === 'conv2d' ? shape.kernel[0] * shape.kernel[1] : 1;
  return cuts.slice(1).map((end, i) => [Math.floor(cuts[i]! / window), Math.ceil(end / window)]);
}

/**
 * Distance between samples. It shares no factor with the number of values, hence none with the number of channels or
 * the width: every channel and column gets its share of the samples.
 */
function evenStride(length: number): number {
  let stride = Math.ceil(length / samplesPerBatch);
  while (greatestCommonDivisor(stride, length) > 1) stride++;
  return stride;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

class ActivationRecord {
  #count = 0;
  #sum = 0;
  #sumOfSquares = 0;
  #max = 0;
  readonly #samples: Float32Array[] = [];

  add(values: Float32Array): void {
    // Every activation of the network passes here: so plain loops over local numbers.
    let sum = 0;
    let sumOfSquares = 0;
    let max = this.#max;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      sum += value;
      sumOfSquares += value * value;
      const magnitude = Math.abs(value);
      if (magnitude > max) max = magnitude;
    }
    this.#sum += sum;
    this.#sumOfSquares += sumOfSquares;
    this.#max = max;
    this.#count += values.length;
    const stride = evenStride(values.length);
    const samples = new Float32Array(Math.ceil(values.length / stride));
    for (let i = 0; i < samples.length; i++) samples[i] = Math.abs(values[i * stride]!);
    this.#samples.push(samples);
  }

  range({ method = 'quantile', quantile = 0.999, stdAlpha = 3 }: InputRangeOptions): number {
    if (method === 'max') return this.#max;
    if (method === 'quantile') return this.#quantile(quantile);
    const mean = this.#sum / this.#count;
    return stdAlpha * Math.sqrt(Math.max(0, this.#sumOfSquares / this.#count - mean * mean));
  }

  #quantile(share: number): number {
    const sorted = new Float32Array(this.#samples.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const part of this.#samples) {
      sorted.set(part, offset);
      offset += part.length;
    }
    sorted.sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  }
}
