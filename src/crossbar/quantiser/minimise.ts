/** Share of an interval that a golden section leaves out. */
const GOLDEN = (3 - Math.sqrt(5)) / 2;
const ROOT_EPSILON = Math.sqrt(2.2e-16);

/**
 * Brent's minimisation on an interval (golden sections, parabolas where they help), step for step as scipy's
 * `minimize_scalar(method='bounded')` does it: the ranges found are then those of AIHWKit.
 *
 * @returns where the smallest value was seen, and that value
 */
export function minimiseBounded(
  f: (x: number) => number,
  [from, to]: readonly [number, number],
  { tolerance = 1e-5, maxCalls = 500 } = {},
): { readonly x: number; readonly value: number } {
  let [a, b] = [from, to];
  let x = a + GOLDEN * (b - a);
  let value = f(x);
  let second = { x, value };
  let third = second;
  let [step, before] = [0, 0];
  for (let calls = 1; calls < maxCalls; calls++) {
    const middle = 0.5 * (a + b);
    const fine = ROOT_EPSILON * Math.abs(x) + tolerance / 3;
    if (Math.abs(x - middle) <= 2 * fine - 0.5 * (b - a)) break;
    const parabola = Math.abs(before) > fine ? parabolicStep({ x, value }, second, third) : undefined;
    const helps = parabola !== undefined && fits(parabola, before, x, a, b);
    before = helps ? step : x >= middle ? a - x : b - x;
    step = helps ? parabola : GOLDEN * before;
    if (helps && (x + step - a < 2 * fine || b - (x + step) < 2 * fine)) step = middle >= x ? fine : -fine;
    const next = x + (step < 0 ? -1 : 1) * Math.max(Math.abs(step), fine);
    const found = { x: next, value: f(next) };
    if (found.value <= value) {
      if (next >= x) a = x;
      else b = x;
      [third, second] = [second, { x, value }];
      ({ x, value } = found);
      continue;
    }
    if (next < x) a = next;
    else b = next;
    if (found.value <= second.value || second.x === x) [third, second] = [second, found];
    else if (found.value <= third.value || third.x === x || third.x === second.x) third = found;
  }
  return { x, value };
}

interface Point {
  readonly x: number;
  readonly value: number;
}

/** From the best point to the vertex of the parabola through three points; NaN or infinite where they lie on a line. */
function parabolicStep(best: Point, second: Point, third: Point): number {
  const r = (best.x - second.x) * (best.value - third.value);
  const q = (best.x - third.x) * (best.value - second.value);
  const p = (best.x - third.x) * q - (best.x - second.x) * r;
  return -p / (2 * (q - r));
}

function fits(step: number, before: number, x: number, a: number, b: number): boolean {
  return Number.isFinite(step) && Math.abs(step) < Math.abs(0.5 * before) && x + step > a && x + step < b;
}
