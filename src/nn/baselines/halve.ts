/** Two whole parts of a sum, the first not above the second. */
export function halve(total: number): [number, number] {
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}
