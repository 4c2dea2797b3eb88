/**
 * The volume that points dominate above a reference point, all objectives maximised; points that do not exceed the
 * reference everywhere add nothing. Exact, by slicing along the last objective (Knowles 2002); meant for fronts of at
 * most some hundred points and five objectives.
 */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const gains = points
    .map((point) => point.map((value, i) => value - reference[i]!))
    .filter((gain) => gain.every((value) => value > 0));
  return volume(gains, reference.length);
}

/** Volume of the union of the boxes from the origin to each point, in the first `dimensions` coordinates. */
function volume(points: readonly (readonly number[])[], dimensions: number): number {
  if (points.length === 0) return 0;
  if (dimensions === 1) return Math.max(...points.map((point) => point[0]!));
  const last = dimensions - 1;
  const falling = [...points].sort((a, b) => b[last]! - a[last]!);
  if (dimensions === 2) return area(falling);
  let total = 0;
  for (let i = 0; i < falling.length; i++) {
    const height = falling[i]![last]! - (falling[i + 1]?.[last] ?? 0);
    if (height > 0) total += height * volume(falling.slice(0, i + 1), last);
  }
  return total;
}

/** The same for two coordinates, the points falling in the second. */
function area(falling: readonly (readonly number[])[]): number {
  let [total, widest] = [0, 0];
  for (let i = 0; i < falling.length; i++) {
    widest = Math.max(widest, falling[i]![0]!);
    total += widest * (falling[i]![1]! - (falling[i + 1]?.[1] ?? 0));
  }
  return total;
}
