import type { WeightValues } from '../../nn/index.js';

/**
 * Where a smaller tensor lies in a larger one of the same rank: along channels at the beginning, along the height and
 * width of a convolution's kernel in the middle.
 */
export function cornerOf(large: readonly number[], small: readonly number[]): number[] {
  return small.map((size, axis) => {
    const isWindow = small.length === 4 && axis < 2;
    return isWindow ? Math.floor((large[axis]! - size) / 2) : 0;
  });
}

/** Whether a tensor lies within a larger one. */
export function fitsInto(large: readonly number[], small: readonly number[]): boolean {
  return large.length === small.length && small.every((size, axis) => size <= large[axis]!);
}

/** The shape that holds both. */
export function union(a: readonly number[], b: readonly number[]): number[] {
  return a.map((size, axis) => Math.max(size, b[axis]!));
}

/** Calls `visit` for each run of values that is contiguous in both tensors: offsets in both, and its length. */
export function eachRun(
  large: readonly number[],
  small: readonly number[],
  visit: (inLarge: number, inSmall: number, length: number) => void,
): void {
  const corner = cornerOf(large, small);
  const length = small.at(-1) ?? 1;
  const rows = small.slice(0, -1);
  const runs = rows.reduce((product, size) => product * size, 1);
  const index = new Int32Array(rows.length);
  for (let run = 0; run < runs; run++) {
    let start = 0;
    for (const [axis, size] of large.entries()) start = start * size + corner[axis]! + (index[axis] ?? 0);
    visit(start, run * length, length);
    for (let axis = rows.length - 1; axis >= 0 && ++index[axis]! === rows[axis]; axis--) index[axis] = 0;
  }
}

/** The values of a part of a tensor. */
export function slice({ shape, data }: WeightValues, small: readonly number[]): WeightValues {
  const part = new Float32Array(small.reduce((product, size) => product * size, 1));
  eachRun(shape, small, (from, to, length) => part.set(data.subarray(from, from + length), to));
  return { shape: small, data: part };
}
