import type { Measurement } from './golden-case.js';

/** Nested lists of numbers. */
export type Nested = number | readonly Nested[];

/** All numbers of nested lists, in order. */
export function flatten(values: Nested): number[] {
  return typeof values === 'number' ? [values] : values.flatMap(flatten);
}

/** Largest |a - b| of two equally long lists; infinite where they are not or where one is not a number. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return worst;
}

/** `|a - b| <= tolerance * max(1, max|b|)` for whole arrays. */
export function closeTo(what: string, actual: ArrayLike<number>, expected: Nested, tolerance: number): Measurement {
  const reference = flatten(expected);
  const size = reference.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
  return { what, share: largestDifference(actual, reference) / (tolerance * size) };
}

/** Element-wise: `|a - b| <= allowed(i)`. */
export function within(
  what: string,
  actual: ArrayLike<number>,
  expected: readonly number[],
  allowed: (i: number) => number,
): Measurement {
  if (actual.length !== expected.length) return { what, share: Number.POSITIVE_INFINITY };
  const shares = expected.map((value, i) => {
    const difference = Math.abs(actual[i]! - value);
    return difference === 0 ? 0 : difference / allowed(i);
  });
  const worst = Math.max(0, ...shares);
  return { what, share: Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst };
}

/**
 * Five standard errors of the difference between two measured shares, of samples of `own` and `other`: binomial, of the share in
 * both together, and never less than a single hit would make.
 */
export function shareError(share: number, own: number, expected: number, other: number): number {
  const pooled = (share * own + expected * other) / (own + other);
  const perHit = 1 / own + 1 / other;
  return 5 * Math.max(Math.sqrt(pooled * (1 - pooled) * perHit), perHit);
}
