/**
 * Cholesky factor of a symmetric positive definite matrix, in place: the lower triangle of `a` (n x n, row after row)
 * becomes L with L L^T = a. Row by row, so that every inner product runs over neighbours in memory.
 *
 * @returns false where the matrix is not positive definite; `a` is spoilt then
 */
export function factorise(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      a[row + j] = (a[row + j]! - dot(a, row, j * n, j)) / a[j * n + j]!;
    }
    const pivot = a[row + i]! - dot(a, row, row, i);
    if (!(pivot > 0)) return false;
    a[row + i] = Math.sqrt(pivot);
  }
  return true;
}

/** Solves L x = b in place. */
export function solveLower(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    b[i] = (b[i]! - dotFrom(l, row, b, 0, 0, i)) / l[row + i]!;
  }
}

/** Solves L^T x = b in place. */
export function solveUpper(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const x = b[i]! / l[row + i]!;
    b[i] = x;
    for (let j = 0; j < i; j++) b[j] = b[j]! - l[row + j]! * x;
  }
}

/** The lower triangle of (L L^T)^-1. */
export function inverseOf(l: Float64Array, n: number): Float64Array {
  // columns of L^-1, each stored as a row: M[j] holds column j from row j on
  const m = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const column = j * n;
    m[column + j] = 1 / l[column + j]!;
    for (let i = j + 1; i < n; i++) {
      m[column + i] = -dotFrom(l, i * n, m, column, j, i) / l[i * n + i]!;
    }
  }
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) inverse[i * n + j] = dotFrom(m, i * n, m, j * n, i, n);
  }
  return inverse;
}

/** Sum of a[x + k] a[y + k] over k < count; four sums side by side, for the processor's pipeline. */
function dot(a: Float64Array, x: number, y: number, count: number): number {
  return dotFrom(a, x, a, y, 0, count);
}

function dotFrom(a: Float64Array, x: number, b: Float64Array, y: number, from: number, to: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = from;
  for (; k + 3 < to; k += 4) {
    s0 += a[x + k]! * b[y + k]!;
    s1 += a[x + k + 1]! * b[y + k + 1]!;
    s2 += a[x + k + 2]! * b[y + k + 2]!;
    s3 += a[x + k + 3]! * b[y + k + 3]!;
  }
  for (; k < to; k++) s0 += a[x + k]! * b[y + k]!;
  return s0 + s1 + (s2 + s3);
}
