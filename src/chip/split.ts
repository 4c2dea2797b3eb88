import type { Part, Range } from './mapping.js';

/**
 * Cuts a length into as few parts as possible of at most `limit`, as evenly as possible: the first parts are one longer
 * where it does not divide (1300 at 512 gives 434 + 433 + 433). Source: `tiles/array.py` of IBM/aihwkit, the rule by
 * which the crossbar room cuts its tiles too.
 *
 * @returns the cuts, from 0 to `length`
 */
export function evenCuts(length: number, limit: number): number[] {
  const parts = Math.ceil(length / limit);
  const base = Math.floor(length / parts);
  const longer = length % parts;
  const cuts = [0];
  for (let part = 0; part < parts; part++) cuts.push(cuts[part]! + base + (part < longer ? 1 : 0));
  return cuts;
}

/**
 * The rectangles of a matrix between its cuts that hold weights, from top to bottom and left to right: one that lies
 * between the groups of a convolution holds none and is left out.
 */
export function partsOf(
  { rows, cols, groups }: { readonly rows: number; readonly cols: number; readonly groups: number },
  rowCuts: readonly number[],
  colCuts: readonly number[],
): Part[] {
  const colRanges = ranges(colCuts);
  return ranges(rowCuts).flatMap((rowRange) => {
    const own = groupsIn(rowRange, rows / groups);
    return colRanges
      .filter((colRange) => overlap(own, groupsIn(colRange, cols / groups)))
      .map((colRange) => ({ rowRange, colRange }));
  });
}

/** The groups of a given size that a range touches. */
function groupsIn([start, end]: Range, size: number): Range {
  return [Math.floor(start / size), Math.ceil(end / size)];
}

function overlap(a: Range, b: Range): boolean {
  return a[0] < b[1] && b[0] < a[1];
}

function ranges(cuts: readonly number[]): Range[] {
  return cuts.slice(1).map((end, index) => [cuts[index]!, end]);
}
