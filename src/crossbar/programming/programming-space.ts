/** The family of weight programming strategies that is searched. */
export interface ProgrammingSpace {
  /** Significance of each pair; null: to be found between `fMin` and `fMax`. */
  readonly fLst: readonly (number | null)[];
  readonly gMin: number;
  readonly gMax: number;
  readonly fMin: number;
  readonly fMax: number;
  /** Grid points from zero to the largest weight. */
  readonly nbins: number;
  /** Negative weights mirror positive ones. */
  readonly symmetric: boolean;
  /** The largest weight takes the whole range of the devices, always. */
  readonly useMaxKw: boolean;
}

/** Tables of a `CustomPairConductanceConverter`. */
export interface ProgrammingStrategy {
  readonly fLst: readonly number[];
  readonly gLst: readonly (readonly number[])[];
}

/** Number of coordinates that describe a strategy. */
export function dimensionsOf({ fLst, nbins, symmetric, useMaxKw }: ProgrammingSpace): number {
  const free = fLst.filter((f) => f === null).length;
  const points = symmetric ? nbins : 2 * nbins - 1;
  return free + (useMaxKw ? 0 : 1) + points * (2 * fLst.length - 1);
}

/**
 * The strategy at a point of the unit hypercube (analog-inference reference, 6.2). For each grid weight and pair, one
 * coordinate says how much of the weight the pair takes, within what the later pairs can still reach, and one where on
 * its line of equal difference the pair lies. Every strategy gives the weights back exactly.
 */
export function strategyAt(x: Float64Array, space: ProgrammingSpace): ProgrammingStrategy {
  const { gMin, gMax, fMin, fMax, nbins, symmetric, useMaxKw } = space;
  let next = 0;
  const fLst = space.fLst.map((f) => f ?? x[next++]! * (fMax - fMin) + fMin);
  const spans = fLst.map((f) => f * (gMax - gMin));
  const reach = spans.reduce((sum, span) => sum + span, 0);
  const largest = useMaxKw ? reach : (0.05 + 0.95 * x[next++]!) * reach;
  const length = 2 * nbins - 1;
  const points = symmetric ? nbins : length;
  const coordinate = (row: number, point: number) => x[next + row * points + point]!;
  const gLst = fLst.flatMap(() => [new Array<number>(length), new Array<number>(length)]);
  for (let point = 0; point < points; point++) {
    let rest = largest * ((2 * point) / (length - 1) - 1);
    fLst.forEach((f, pair) => {
      const later = spans.slice(pair + 1).reduce((sum, span) => sum + span, 0);
      const [low, high] = [Math.max(rest - later, -spans[pair]!), Math.min(rest + later, spans[pair]!)];
      const share = pair < fLst.length - 1 ? coordinate(2 * pair + 1, point) : 1;
      const part = share * (high - low) + low;
      rest -= part;
      const delta = part / f;
      const [from, to] = [gMin + Math.max(delta, 0), gMax + Math.min(delta, 0)];
      const plus = Math.min(gMax, Math.max(gMin, coordinate(2 * pair, point) * (to - from) + from));
      const minus = Math.min(gMax, Math.max(gMin, plus - delta));
      gLst[2 * pair]![point] = plus;
      gLst[2 * pair + 1]![point] = minus;
      if (!symmetric) return;
      gLst[2 * pair]![length - 1 - point] = minus;
      gLst[2 * pair + 1]![length - 1 - point] = plus;
    });
  }
  return { fLst, gLst };
}
