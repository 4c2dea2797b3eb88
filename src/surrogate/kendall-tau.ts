/**
 * Kendall's rank correlation tau-b, in O(n log n) by counting the swaps of a merge sort (Knight 1966). Ties in either
 * list are corrected for.
 *
 * @returns -1..1; NaN where either list is constant or has fewer than two values
 */
export function kendallTau(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  if (b.length !== n) throw new RangeError(`both lists must have equal length, got ${n} and ${b.length}`);
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i]! - a[j]! || b[i]! - b[j]!);
  const pairs = (n * (n - 1)) / 2;
  const tiedA = tiedPairs(order, (i, j) => a[i] === a[j]);
  const tiedBoth = tiedPairs(order, (i, j) => a[i] === a[j] && b[i] === b[j]);
  const sorted = Float64Array.from(order, (i) => b[i]!);
  const swaps = sortCountingSwaps(sorted);
  const tiedB = tiedPairs(sorted, (x, y) => x === y);
  const concordantLessDiscordant = pairs - tiedA - tiedB + tiedBoth - 2 * swaps;
  return concordantLessDiscordant / Math.sqrt((pairs - tiedA) * (pairs - tiedB));
}

/** Pairs within runs of neighbours that are equal. */
function tiedPairs(items: ArrayLike<number>, equal: (x: number, y: number) => boolean): number {
  let pairs = 0;
  let run = 1;
  for (let i = 1; i <= items.length; i++) {
    if (i < items.length && equal(items[i - 1]!, items[i]!)) {
      run++;
    } else {
      pairs += (run * (run - 1)) / 2;
      run = 1;
    }
  }
  return pairs;
}

/** Sorts in place; counts the pairs that stood in strictly descending order. */
function sortCountingSwaps(values: Float64Array): number {
  let swaps = 0;
  let from: Float64Array = values;
  let to: Float64Array = new Float64Array(values.length);
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let [left, right] = [start, middle];
      for (let k = start; k < end; k++) {
        if (left < middle && (right >= end || from[left]! <= from[right]!)) {
          to[k] = from[left++]!;
        } else {
          swaps += middle - left;
          to[k] = from[right++]!;
        }
      }
    }
    [from, to] = [to, from];
  }
  values.set(from);
  return swaps;
}
