import { factorise, inverseOf, solveLower, solveUpper } from './cholesky.js';
import { matern, maternSlope } from './matern.js';

/** What the marginal likelihood decides. Variances are relative to labels of variance 1. */
export interface Hyperparameters {
  /** Length scale of each feature. */
  readonly lengths: Float64Array;
  /** Variance of the function. */
  readonly signal: number;
  /** Variance of a single measurement around it. */
  readonly noise: number;
}

/** Centres and widths of the normal priors of the logarithms. */
const PRIOR = {
  /** Lengths grow with the square root of the number of features (Hvarfner et al. 2024). */
  length: { centre: Math.SQRT2, width: Math.sqrt(3) },
  signal: { centre: 0, width: 1 },
  noise: { centre: -4, width: 1.5 },
} as const;

/** Least noise variance: keeps equal rows from making the matrix singular. */
const LEAST_LOG_NOISE = Math.log(1e-5);

/** Where the search for hyperparameters begins. */
export function startOf(features: number): Hyperparameters {
  return { lengths: new Float64Array(features).fill(Math.sqrt(features)), signal: 1, noise: 0.05 };
}

/**
 * Most probable hyperparameters given the rows: climbs the logarithm of marginal likelihood times priors by resilient
 * propagation (Riedmiller and Braun 1993), which needs no step size.
 *
 * @param x scaled features, n x d
 * @param y labels of mean 0 and variance 1
 * @param used indices of the features that vary
 */
export function findHyperparameters(
  x: Float64Array,
  y: Float64Array,
  used: readonly number[],
  iterations: number,
): Hyperparameters {
  const d = used.length;
  const n = y.length;
  const cols = x.length / n;
  const narrow = new Float64Array(n * d);
  for (let i = 0; i < n; i++) for (let c = 0; c < d; c++) narrow[i * d + c] = x[i * cols + used[c]!]!;
  const start = startOf(d);
  const theta = Float64Array.from([...start.lengths, start.signal, start.noise], Math.log);
  const steps = new Float64Array(theta.length).fill(0.3);
  let best = { value: Number.NEGATIVE_INFINITY, theta: theta.slice() };
  let before: Float64Array = new Float64Array(theta.length);
  for (let iteration = 0; iteration <= iterations; iteration++) {
    const { value, gradient } = logPosterior(narrow, y, d, theta);
    if (value > best.value) best = { value, theta: theta.slice() };
    for (let p = 0; p < theta.length; p++) {
      const agreement = gradient[p]! * before[p]!;
      steps[p] =
        agreement > 0 ? Math.min(1, steps[p]! * 1.3) : agreement < 0 ? Math.max(0.01, steps[p]! * 0.5) : steps[p]!;
      theta[p] = theta[p]! + Math.sign(gradient[p]!) * steps[p]!;
    }
    theta[d + 1] = Math.max(theta[d + 1]!, LEAST_LOG_NOISE);
    before = gradient;
  }
  const found = best.theta.map(Math.exp);
  const lengths = new Float64Array(cols).fill(Number.POSITIVE_INFINITY);
  for (const [c, feature] of used.entries()) lengths[feature] = found[c]!;
  return { lengths, signal: found[d]!, noise: found[d + 1]! };
}

/** Logarithm of marginal likelihood times priors (up to a constant), and its gradient by the logarithms in `theta`. */
export function logPosterior(
  x: Float64Array,
  y: Float64Array,
  d: number,
  theta: Float64Array,
): { value: number; gradient: Float64Array } {
  const n = y.length;
  const gradient = new Float64Array(theta.length);
  const signal = Math.exp(theta[d]!);
  const noise = Math.exp(theta[d + 1]!);
  const z = new Float64Array(n * d);
  for (let c = 0; c < d; c++) {
    const factor = Math.exp(-theta[c]!);
    for (let i = 0; i < n; i++) z[i * d + c] = x[i * d + c]! * factor;
  }
  const k = new Float64Array(n * n);
  const slopes = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const r2 = squaredDistance(z, i * d, j * d, d);
      k[i * n + j] = signal * matern(r2);
      slopes[i * n + j] = signal * maternSlope(r2);
    }
    k[i * n + i] = signal + noise;
  }
  const l = k.slice();
  if (!factorise(l, n)) return { value: Number.NEGATIVE_INFINITY, gradient };
  const alpha = y.slice();
  solveLower(l, n, alpha);
  let value = 0;
  for (let i = 0; i < n; i++) value -= 0.5 * alpha[i]! * alpha[i]! + Math.log(l[i * n + i]!);
  solveUpper(l, n, alpha);
  const inverse = inverseOf(l, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const g = alpha[i]! * alpha[j]! - inverse[i * n + j]!;
      gradient[d] = gradient[d]! + g * k[i * n + j]!;
      const weight = g * slopes[i * n + j]!;
      for (let c = 0, p = i * d, q = j * d; c < d; c++, p++, q++) {
        const difference = z[p]! - z[q]!;
        gradient[c] = gradient[c]! + weight * difference * difference;
      }
    }
    const g = 0.5 * (alpha[i]! * alpha[i]! - inverse[i * n + i]!);
    gradient[d] = gradient[d]! + g * signal;
    gradient[d + 1] = gradient[d + 1]! + g * noise;
  }
  const lengthCentre = PRIOR.length.centre + 0.5 * Math.log(d);
  for (let p = 0; p < theta.length; p++) {
    const { centre, width } =
      p < d ? { centre: lengthCentre, width: PRIOR.length.width } : p === d ? PRIOR.signal : PRIOR.noise;
    const away = (theta[p]! - centre) / width;
    value -= 0.5 * away * away;
    gradient[p] = gradient[p]! - away / width;
  }
  return { value, gradient };
}

/** Squared distance of two rows that begin at `p` and `q`. */
export function squaredDistance(z: Float64Array, p: number, q: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) {
    const difference = z[p + c]! - z[q + c]!;
    sum += difference * difference;
  }
  return sum;
}
