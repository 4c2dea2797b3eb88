/**
 * Normalised discounted cumulative gain of an order: 1 for the true order, less where good items stand low. The gain of
 * an item is its value, scaled linearly to 0..1; rank r is discounted by log2(r + 1). (Jarvelin and Kekalainen 2002.)
 *
 * @returns 0..1; NaN where all values are equal
 */
export function ndcg(scores: ArrayLike<number>, values: ArrayLike<number>): number {
  const all = Array.from(values);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const gainInOrder = (key: ArrayLike<number>) =>
    all
      .map((value, i) => ({ gain: (value - low) / (high - low), key: key[i]! }))
      .sort((a, b) => b.key - a.key)
      .reduce((sum, { gain }, i) => sum + gain / Math.log2(i + 2), 0);
  return gainInOrder(scores) / gainInOrder(values);
}
