interface Rectangle {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The free cells of one core, kept as all maximal free rectangles. Source: J. Jylänki, A thousand ways to pack the bin
 * (2010), "MaxRects, best short side fit".
 */
export class FreeArea {
  #free: Rectangle[];

  constructor(rows: number, columns: number) {
    this.#free = [{ row: 0, column: 0, rows, columns }];
  }

  /** Takes `rows` x `columns` cells where they leave the shortest side over; undefined where they do not fit. */
  take(rows: number, columns: number): readonly [row: number, column: number] | undefined {
    const spot = this.#tightest(rows, columns);
    if (spot === undefined) return undefined;
    const taken = { row: spot.row, column: spot.column, rows, columns };
    this.#free = withoutContained(this.#free.flatMap((rectangle) => subtract(rectangle, taken)));
    return [spot.row, spot.column];
  }

  #tightest(rows: number, columns: number): Rectangle | undefined {
    let best: Rectangle | undefined;
    let bestRest = Number.POSITIVE_INFINITY;
    for (const rectangle of this.#free) {
      if (rectangle.rows < rows || rectangle.columns < columns) continue;
      const rest = Math.min(rectangle.rows - rows, rectangle.columns - columns);
      if (rest < bestRest) [best, bestRest] = [rectangle, rest];
    }
    return best;
  }
}

/** The maximal rectangles of `from` that do not touch `taken`. */
function subtract(from: Rectangle, taken: Rectangle): Rectangle[] {
  const bottom = from.row + from.rows;
  const right = from.column + from.columns;
  const takenBottom = taken.row + taken.rows;
  const takenRight = taken.column + taken.columns;
  const apart = taken.row >= bottom || takenBottom <= from.row || taken.column >= right || takenRight <= from.column;
  if (apart) return [from];
  const parts: Rectangle[] = [];
  if (taken.row > from.row) parts.push({ ...from, rows: taken.row - from.row });
  if (takenBottom < bottom) parts.push({ ...from, row: takenBottom, rows: bottom - takenBottom });
  if (taken.column > from.column) parts.push({ ...from, columns: taken.column - from.column });
  if (takenRight < right) parts.push({ ...from, column: takenRight, columns: right - takenRight });
  return parts;
}

function withoutContained(rectangles: readonly Rectangle[]): Rectangle[] {
  return rectangles.filter(
    (inner, i) =>
      !rectangles.some((outer, j) => i !== j && contains(outer, inner) && !(contains(inner, outer) && i < j)),
  );
}

function contains(outer: Rectangle, inner: Rectangle): boolean {
  return (
    outer.row <= inner.row &&
    outer.column <= inner.column &&
    outer.row + outer.rows >= inner.row + inner.rows &&
    outer.column + outer.columns >= inner.column + inner.columns
  );
}
