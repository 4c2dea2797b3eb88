import type { MatrixEngine } from './bound-matrix.js';
import type { CalibrationType } from './calibration.js';
import { digitalEngine } from './digital-engine.js';

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
}

/** Values per matrix and batch that a quantile is taken from, spread evenly over the batch. */
const samplesPerBatch = 65_536;

/** Watches the inputs of every weight matrix during digital inference and derives input ranges from them. */
export class InputRangeObserver implements MatrixEngine {
  readonly #records = new Map<string, ActivationRecord>();

  apply: MatrixEngine['apply'] = (matrix, x) => {
    const record = this.#records.get(matrix.id) ?? new ActivationRecord();
    this.#records.set(matrix.id, record);
    record.add(x.dataSync() as Float32Array);
    return digitalEngine.apply(matrix, x);
  };

  /** The range of each matrix seen; 1 where only zeros came. */
  ranges(options: InputRangeOptions = {}): Record<string, number> {
    return Object.fromEntries([...this.#records].map(([id, record]) => [id, record.range(options) || 1]));
  }
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
