import { layerVectors } from '../../crossbar/index.js';
import { createRng, type Rng } from '../../tensor/index.js';
import type { MatrixEngine } from './bound-matrix.js';
import { digitalEngine } from './digital-engine.js';
import { type RowTiling, rangesOf, rowCutsOf } from './row-parts.js';

/** AIHWKit's `InputRangeCalibrationType`. */
export const calibrationTypes = ['MovingStd', 'MovingQuantile', 'CacheQuantile', 'Max'] as const;

/** Name of one of AIHWKit's ways to calibrate. */
export type CalibrationType = (typeof calibrationTypes)[number];

/** Tells AIHWKit's names from ours. */
export function isCalibrationType(method: string | undefined): method is CalibrationType {
  return calibrationTypes.some((type) => type === method);
}

/** What a calibration may be told. */
export interface CalibrationOptions {
  /** 0.99995 if absent. */
  readonly quantile?: number;
  /** Vectors kept (`CacheQuantile`) or batches seen (`MovingStd`) at most; 1000 if absent. */
  readonly maxSamples?: number;
  /** Range of `MovingStd` in standard deviations; 3 if absent. */
  readonly stdAlpha?: number;
  /** Where the parts of a matrix shall have ranges of their own. */
  readonly perTile?: RowTiling | undefined;
}

/**
 * AIHWKit's `calibrate_input_ranges` on the vectors that each matrix gets (a convolution's patches, zeros around the image
 * included), vectors of zeros left out. `MovingStd` and `MovingQuantile` are running means over batches, `CacheQuantile`
 * is a quantile of some vectors kept from all batches, `Max` the largest magnitude. Quantiles are of signed values, as
 * there. The network computes exactly meanwhile; AIHWKit's moving types run with noise.
 */
export class CalibrationObserver implements MatrixEngine {
  readonly #records = new Map<string, readonly CalibrationRecord[]>();

  constructor(
    readonly type: CalibrationType,
    readonly options: CalibrationOptions,
  ) {}

  apply: MatrixEngine['apply'] = (matrix, x) => {
    const cuts = rowCutsOf(matrix, this.options.perTile);
    const records = this.#records.get(matrix.id) ?? this.#newRecords(matrix.id, cuts.length - 1);
    this.#records.set(matrix.id, records);
    const vectors = layerVectors(x, matrix.shape);
    const values = vectors.dataSync() as Float32Array;
    const [, width] = vectors.shape;
    for (const [part, record] of records.entries()) record.add(values, width, cuts[part]!, cuts[part + 1]!);
    vectors.dispose();
    return digitalEngine.apply(matrix, x);
  };

  /** The range of each matrix seen, or of its parts; 1 where only zeros came. */
  ranges(): Record<string, number | number[]> {
    return rangesOf(this.#records, (record) => record.range());
  }

  #newRecords(id: string, parts: number): CalibrationRecord[] {
    return Array.from({ length: parts }, (_, part) => {
      return new CalibrationRecord(this.type, this.options, part === 0 ? id : `${id}/part-${part}`);
    });
  }
}

class CalibrationRecord {
  readonly #rng: Rng;
  readonly #quantile: number;
  readonly #maxSamples: number;
  readonly #stdAlpha: number;
  #range = 0;
  #batches = 0;
  #kept: Float32Array[] = [];

  constructor(
    readonly type: CalibrationType,
    { quantile = 0.99995, maxSamples = 1000, stdAlpha = 3 }: CalibrationOptions,
    name: string,
  ) {
    this.#rng = createRng(0, `calibration/${name}`);
    [this.#quantile, this.#maxSamples, this.#stdAlpha] = [quantile, maxSamples, stdAlpha];
  }

  /** Takes elements `from` to `to` of vectors of `width` elements. */
  add(values: Float32Array, width: number, from: number, to: number): void {
    const vectors = nonZeroVectors(values, width, from, to);
    if (vectors.length === 0) return;
    switch (this.type) {
      case 'Max':
        this.#range = Math.max(this.#range, largest(vectors));
        return;
      case 'CacheQuantile':
        this.#kept = this.#rng.shuffle([...this.#kept, ...vectors]).slice(0, this.#maxSamples);
        return;
      case 'MovingStd':
        if (this.#batches < this.#maxSamples) this.#move(this.#stdAlpha * standardDeviation(vectors));
        return;
      case 'MovingQuantile':
        this.#move(this.#quantile === 1 ? largest(vectors) : quantileOf(vectors, this.#quantile));
    }
  }

  range(): number {
    if (this.type === 'CacheQuantile') return Math.abs(quantileOf(this.#kept, this.#quantile));
    return Math.abs(this.#range);
  }

  #move(value: number): void {
    if (!(value > 0)) return;
    this.#range = (this.#range * this.#batches + value) / (this.#batches + 1);
    this.#batches++;
  }
}

function nonZeroVectors(values: Float32Array, width: number, from: number, to: number): Float32Array[] {
  const vectors: Float32Array[] = [];
  for (let at = 0; at < values.length; at += width) {
    const vector = values.slice(at + from, at + to);
    if (vector.some((value) => value !== 0)) vectors.push(vector);
  }
  return vectors;
}

function largest(vectors: readonly Float32Array[]): number {
  let max = 0;
  for (const vector of vectors) for (const value of vector) max = Math.max(max, Math.abs(value));
  return max;
}

/** With n - 1. */
function standardDeviation(vectors: readonly Float32Array[]): number {
  let [count, sum, squares] = [0, 0, 0];
  for (const vector of vectors) {
    for (const value of vector) {
      sum += value;
      squares += value * value;
    }
    count += vector.length;
  }
  return Math.sqrt(Math.max(0, squares - (sum * sum) / count) / (count - 1));
}

/** As torch: linear between neighbours. */
function quantileOf(vectors: readonly Float32Array[], share: number): number {
  const all = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const vector of vectors) {
    all.set(vector, offset);
    offset += vector.length;
  }
  all.sort();
  const position = share * (all.length - 1);
  const below = Math.floor(position);
  return all[below]! + (position - below) * ((all[below + 1] ?? all[below]!) - all[below]!);
}
