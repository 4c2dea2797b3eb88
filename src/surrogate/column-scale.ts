import type { FeatureTable } from './xgboost/booster.js';

/** Shift and factor of each column, which give it mean 0 and deviation 1; constant columns become 0. */
export interface ColumnScale {
  readonly mean: Float64Array;
  readonly factor: Float64Array;
}

/** The scale of a table's columns. */
export function columnScale({ values, rows, cols }: FeatureTable): ColumnScale {
  const mean = new Float64Array(cols);
  const factor = new Float64Array(cols);
  for (let c = 0; c < cols; c++) {
    let [sum, squares] = [0, 0];
    for (let r = 0; r < rows; r++) sum += values[r * cols + c]!;
    mean[c] = sum / rows;
    for (let r = 0; r < rows; r++) squares += (values[r * cols + c]! - mean[c]!) ** 2;
    const deviation = Math.sqrt(squares / rows);
    factor[c] = deviation > 1e-9 * Math.max(1, Math.abs(mean[c]!)) ? 1 / deviation : 0;
  }
  return { mean, factor };
}

/** The table's values, scaled. */
export function scaleColumns({ values, rows, cols }: FeatureTable, { mean, factor }: ColumnScale): Float64Array {
  const scaled = new Float64Array(rows * cols);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++, at++) scaled[at] = (values[at]! - mean[c]!) * factor[c]!;
  }
  return scaled;
}

/** Mean and deviation of labels; the deviation is 0 where all are equal. */
export function labelScale(labels: Float64Array): { mean: number; deviation: number } {
  const mean = labels.reduce((sum, value) => sum + value, 0) / labels.length;
  const variance = labels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / labels.length;
  const deviation = Math.sqrt(variance);
  return { mean, deviation: deviation > 1e-12 * Math.max(1, Math.abs(mean)) ? deviation : 0 };
}
