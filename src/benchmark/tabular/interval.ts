/** A mean with its 95 % confidence interval; the ends are null where a single value tells nothing of the spread. */
export interface Interval {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Mean of independent values and its 95 % confidence interval by Student's t. One value has no interval. */
export function meanInterval(values: readonly number[]): Interval {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, low: null, high: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = studentT(n - 1) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half };
}

/** The 97.5 % quantile of the normal distribution. */
const z = 1.959963984540054;

/**
 * The 97.5 % quantile of Student's t: exact for one and two degrees of freedom, else by the expansion around the normal
 * quantile (Abramowitz and Stegun 26.7.5), which is off by 0.12 % at three degrees and less beyond.
 */
export function studentT(degrees: number): number {
  const p = 0.95;
  if (degrees === 1) return Math.tan((Math.PI / 2) * p);
  if (degrees === 2) return p * Math.sqrt(2 / (1 - p * p));
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), z);
}
