/** Least and greatest value of each feature. */
export type FeatureRanges = readonly (readonly [number, number])[];

/** The range of each column over some rows. */
export function columnRanges(features: readonly Float32Array[]): [number, number][] {
  return Array.from(features[0]!, (_, column) => {
    const values = features.map((row) => row[column]!);
    return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  });
}

/** Whether every feature of a row lies within its range. */
export function isWithin(ranges: FeatureRanges, row: Float32Array): boolean {
  for (let column = 0; column < row.length; column++) {
    const range = ranges[column]!;
    if (row[column]! < range[0] || row[column]! > range[1]) return false;
  }
  return true;
}
