/**
 * Median time of `work` in milliseconds: at least `least` runs after one to warm up, until the budget is used. `between` is
 * called before the first run and now and then among them, outside the clock: what it measures had the same conditions.
 */
export function medianMs(work, { budgetMs = 1200, least = 5, most = 200, between = () => {} } = {}) {
  work();
  const times = [];
  const start = performance.now();
  while (times.length < least || (performance.now() - start < budgetMs && times.length < most)) {
    if (times.length % 4 === 0) between();
    const before = performance.now();
    work();
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}
