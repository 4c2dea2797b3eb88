/**
 * The kernel of the Gaussian process over rows z of features that are already divided by their length scales:
 * Matern 5/2, k(r) = (1 + sqrt(5) r + 5/3 r^2) exp(-sqrt(5) r) with r = |z - z'| (Rasmussen and Williams 2006, 4.17).
 */
export function matern(r2: number): number {
  const s = Math.sqrt(5 * r2);
  return (1 + s + (5 / 3) * r2) * Math.exp(-s);
}

/** -2 dk/d(r^2): with it, dk/d(ln l_d) = slope (z_d - z'_d)^2. */
export function maternSlope(r2: number): number {
  const s = Math.sqrt(5 * r2);
  return (5 / 3) * (1 + s) * Math.exp(-s);
}
