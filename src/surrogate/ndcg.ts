/**
 * Normalised discounted cumulative gain of an order: 1 for the true order, less where good items stand low. The gain of
 * an item is its value, scaled linearly to 0..1; rank r is discounted by log2(r + 1) (Jarvelin and Kekalainen 2002). Items
 * of equal score share the mean discount of their places: what all orders of them have in the mean (McSherry and Najork
 * 2008).
 *
 * @returns 0..1; NaN where all values are equal
 */
export function ndcg(scores: ArrayLike<number>, values: ArrayLike<number>): number {
  const all = Array.from(values);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const gains = all.map((value) => (value - low) / (high - low));
  // rounding of means may carry a perfect order beyond 1
  return Math.min(1, discounted(gains, scores) / discounted(gains, values));
}

/** Sum of the gains in falling order of `key`, each over the discount of its rank. */
function discounted(gains: readonly number[], key: ArrayLike<number>): number {
  const order = [...gains.keys()].sort((a, b) => key[b]! - key[a]!);
  let sum = 0;
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && key[order[end]!] === key[order[first]!]) end++;
    const tied = order.slice(first, end);
    const gain = tied.reduce((total, i) => total + gains[i]!, 0) / tied.length;
    for (let place = first; place < end; place++) sum += gain / Math.log2(place + 2);
    first = end;
  }
  return sum;
}
