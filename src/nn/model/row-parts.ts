import { type Mapping, matrixCols, matrixRows, tileGrid } from '../../crossbar/index.js';
import type { BoundMatrix } from './bound-matrix.js';

/** What decides where tiles cut the rows of a matrix. */
export type RowTiling = Pick<Mapping, 'maxInputSize' | 'maxOutputSize'>;

/** One number for a matrix on one row of tiles, else one per part; 1 where only zeros came. */
export function rangesOf<T>(
  records: ReadonlyMap<string, readonly T[]>,
  rangeOf: (record: T) => number,
): Record<string, number | number[]> {
  return Object.fromEntries(
    [...records].map(([id, parts]) => {
      const ranges = parts.map((record) => rangeOf(record) || 1);
      return [id, ranges.length === 1 ? ranges[0]! : ranges];
    }),
  );
}

/** Where the tiles of a mapping cut the rows of a matrix; from 0 to all of them without a mapping. */
export function rowCutsOf({ shape }: BoundMatrix, perTile: RowTiling | undefined): readonly number[] {
  const rows = matrixRows(shape);
  return perTile === undefined ? [0, rows] : tileGrid(rows, matrixCols(shape), perTile).rowCuts;
}
