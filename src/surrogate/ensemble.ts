/** Mean and standard deviation (n - 1) over the members of an ensemble, row by row. */
export function meanAndDeviation(members: readonly ArrayLike<number>[]): {
  mean: Float64Array;
  deviation: Float64Array;
} {
  const rows = members[0]!.length;
  const mean = new Float64Array(rows);
  const deviation = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let [sum, squares] = [0, 0];
    for (const member of members) sum += member[row]!;
    mean[row] = sum / members.length;
    for (const member of members) squares += (member[row]! - mean[row]!) ** 2;
    deviation[row] = Math.sqrt(squares / (members.length - 1));
  }
  return { mean, deviation };
}
