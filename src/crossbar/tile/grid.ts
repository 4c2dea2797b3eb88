import type { Mapping } from '../config/mapping.js';

/** Where a weight matrix is cut into tiles; both lists start with 0 and end with the size. */
export interface TileGrid {
  readonly rowCuts: readonly number[];
  readonly colCuts: readonly number[];
}

/** One tile's place in the matrix: rows `[rowStart, rowEnd)`, columns `[colStart, colEnd)`. */
export interface TilePlace {
  /** Index of the part of the rows (inputs) and of the columns (outputs). */
  readonly rowPart: number;
  readonly colPart: number;
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly colStart: number;
  readonly colEnd: number;
}

/**
 * Sizes of the fewest parts of at most `max` that `size` can be cut into, as even as possible, larger ones first
 * (AIHWKit `array.py`): 1300 at most 512 becomes 434, 433, 433. `max` 0 means unlimited.
 */
export function splitSizes(size: number, max: number): number[] {
  const parts = max > 0 ? Math.max(1, Math.ceil(size / max)) : 1;
  const base = Math.floor(size / parts);
  return Array.from({ length: parts }, (_, i) => base + (i < size % parts ? 1 : 0));
}

/** Running sums, from 0. */
export function cutsOf(sizes: readonly number[]): number[] {
  const cuts = [0];
  for (const size of sizes) cuts.push(cuts.at(-1)! + size);
  return cuts;
}

/** The tiles of a matrix of `rows` inputs and `cols` outputs. */
export function tileGrid(
  rows: number,
  cols: number,
  { maxInputSize, maxOutputSize }: Pick<Mapping, 'maxInputSize' | 'maxOutputSize'>,
): TileGrid {
  return { rowCuts: cutsOf(splitSizes(rows, maxInputSize)), colCuts: cutsOf(splitSizes(cols, maxOutputSize)) };
}

/** All tiles of a grid: row parts slowest. */
export function tilePlaces({ rowCuts, colCuts }: TileGrid): TilePlace[] {
  return rowCuts.slice(1).flatMap((rowEnd, rowPart) =>
    colCuts.slice(1).map((colEnd, colPart) => ({
      rowPart,
      colPart,
      rowStart: rowCuts[rowPart]!,
      rowEnd,
      colStart: colCuts[colPart]!,
      colEnd,
    })),
  );
}
