import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorise, inverseOf, solveLower, solveUpper } from '../../src/surrogate/gaussian-process/cholesky.js';
import { fitGaussianProcess, predictGaussianProcess } from '../../src/surrogate/gaussian-process/gaussian-process.js';
import { logPosterior } from '../../src/surrogate/gaussian-process/hyperparameters.js';
import { createRng } from '../../src/tensor/index.js';

/** A A^T + I of a random A: positive definite. */
function positive(n: number, seed: number): Float64Array {
  const rng = createRng(seed);
  const a = Array.from({ length: n * n }, () => rng.normal());
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return a.slice(i * n, i * n + n).reduce((sum, x, k) => sum + x * a[j * n + k]!, i === j ? 1 : 0);
  });
}

describe('Cholesky', () => {
  it('solves and inverts positive definite matrices', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 13 }), fc.integer({ min: 0, max: 1000 }), (n, seed) => {
        const a = positive(n, seed);
        const l = a.slice();
        expect(factorise(l, n)).toBe(true);
        const b = Float64Array.from({ length: n }, (_, i) => i - 2);
        const x = b.slice();
        solveLower(l, n, x);
        solveUpper(l, n, x);
        const inverse = inverseOf(l, n);
        for (let i = 0; i < n; i++) {
          let [product, fromInverse] = [0, 0];
          for (let j = 0; j < n; j++) {
            product += a[i * n + j]! * x[j]!;
            fromInverse += inverse[Math.max(i, j) * n + Math.min(i, j)]! * b[j]!;
          }
          expect(product).toBeCloseTo(b[i]!, 8);
          expect(fromInverse).toBeCloseTo(x[i]!, 8);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('refuses what is not positive definite', () => {
    expect(factorise(Float64Array.of(1, 0, 2, 1), 2)).toBe(false);
    expect(factorise(Float64Array.of(Number.NaN), 1)).toBe(false);
  });
});

describe('the posterior of hyperparameters', () => {
  it('has the gradient that differences have', () => {
    const rng = createRng(4);
    const [n, d] = [9, 3];
    const x = Float64Array.from({ length: n * d }, () => rng.normal());
    const y = Float64Array.from({ length: n }, () => rng.normal());
    const theta = Float64Array.of(0.3, -0.2, 0.8, 0.1, -1.5);
    const { gradient } = logPosterior(x, y, d, theta);
    for (let p = 0; p < theta.length; p++) {
      const at = (step: number) =>
        logPosterior(
          x,
          y,
          d,
          theta.map((value, i) => (i === p ? value + step : value)),
        ).value;
      expect(gradient[p]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5);
    }
  });
});

describe('the Gaussian process', () => {
  const line = (xs: readonly number[]) => ({
    values: Float32Array.from(xs.flatMap((x) => [x, 7])),
    rows: xs.length,
    cols: 2,
  });

  it('passes through measurements without noise, and knows little far from them', () => {
    const xs = [0, 1, 2, 3, 4, 6, 7, 8, 9, 10];
    const state = fitGaussianProcess(line(xs), Float64Array.from(xs, Math.sin), 1, { iterations: 60 });
    const { mean, deviation } = predictGaussianProcess(state, line([3, 5, 30]));
    expect(mean[0]).toBeCloseTo(Math.sin(3), 1);
    expect(Math.abs(mean[1]! - Math.sin(5))).toBeLessThan(3 * deviation[1]!);
    expect(deviation[0]).toBeLessThan(deviation[1]!);
    expect(deviation[1]).toBeLessThan(deviation[2]!);
  });

  it('finds the noise of measurements, and 19 of 20 values within two deviations', () => {
    const rng = createRng(2);
    const xs = Array.from({ length: 96 }, () => rng.uniform() * 6);
    const measured = Float64Array.from(xs, (x) => Math.sin(x) + rng.normal(0, 0.3));
    const state = fitGaussianProcess(line(xs), measured, 1, { iterations: 40 });
    const noise = Math.sqrt(state.hyperparameters.noise) * state.label.deviation;
    expect(noise).toBeGreaterThan(0.2);
    expect(noise).toBeLessThan(0.4);
    const asked = Array.from({ length: 100 }, (_, i) => i * 0.06);
    const { mean, deviation } = predictGaussianProcess(state, line(asked));
    const inside = asked.filter((x, i) => Math.abs(mean[i]! - Math.sin(x)) < 2 * deviation[i]!);
    // neighbours err together, so the share scatters more than a hundred independent values would
    expect(inside.length).toBeGreaterThan(75);
  });
});
