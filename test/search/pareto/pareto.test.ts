import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crowdingDistances } from '../../../src/search/pareto/crowding.js';
import { dominates, type Point } from '../../../src/search/pareto/dominance.js';
import { nonDominatedFronts, paretoFront } from '../../../src/search/pareto/fronts.js';
import { hypervolume } from '../../../src/search/pareto/hypervolume.js';
import { paretoOrder } from '../../../src/search/pareto/order.js';

const level = fc.integer({ min: 0, max: 5 });

/** Sets of points on a small grid, so that ties and duplicates occur. */
const pointSets = fc.integer({ min: 1, max: 4 }).chain((dimensions) =>
  fc.array(
    fc.record<Point>({
      objectives: fc.array(level, { minLength: dimensions, maxLength: dimensions }),
      violation: fc.constantFrom(0, 0, 0, 1, 2),
    }),
    { maxLength: 24 },
  ),
);

describe('dominance', () => {
  it('is a strict order: never of itself, never both ways, and transitive', () => {
    fc.assert(
      fc.property(pointSets, (points) => {
        for (const a of points) {
          expect(dominates(a, a)).toBe(false);
          for (const b of points) {
            expect(dominates(a, b) && dominates(b, a)).toBe(false);
            for (const c of points) if (dominates(a, b) && dominates(b, c)) expect(dominates(a, c)).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('puts a point within the limits before any beyond them, and the nearer before the farther', () => {
    const point = (violation: number, ...objectives: number[]): Point => ({ objectives, violation });
    expect(dominates(point(0, 1, 1), point(0.1, 9, 9))).toBe(true);
    expect(dominates(point(0.1, 1, 1), point(0.2, 9, 9))).toBe(true);
    expect(dominates(point(0, 2, 1), point(0, 1, 2))).toBe(false);
  });
});

describe('non-dominated sorting', () => {
  it('agrees with peeling off what nothing dominates, again and again', () => {
    fc.assert(
      fc.property(pointSets, (points) => {
        const peeled: number[][] = [];
        let left = [...points.keys()];
        while (left.length > 0) {
          const front = left.filter((i) => !left.some((j) => dominates(points[j]!, points[i]!)));
          peeled.push(front);
          left = left.filter((i) => !front.includes(i));
        }
        expect(nonDominatedFronts(points)).toEqual(peeled);
        const feasible = points.some(({ violation }) => violation === 0);
        expect(paretoFront(points)).toEqual(feasible ? peeled[0] : []);
      }),
    );
  });

  it('orders every point once, no point before one that dominates it', () => {
    fc.assert(
      fc.property(pointSets, (points) => {
        const order = paretoOrder(points);
        expect([...order].sort((a, b) => a - b)).toEqual([...points.keys()]);
        for (const [place, i] of order.entries()) {
          for (const j of order.slice(place + 1)) expect(dominates(points[j]!, points[i]!)).toBe(false);
        }
      }),
    );
  });

  it('takes the ends of a front first, then what stands alone', () => {
    const front = [
      [0, 10],
      [1, 9],
      [2, 8],
      [6, 4],
      [10, 0],
    ].map((objectives) => ({ objectives, violation: 0 }));
    expect(crowdingDistances(front)).toEqual([Number.POSITIVE_INFINITY, 0.4, 1, 1.6, Number.POSITIVE_INFINITY]);
    expect(paretoOrder(front)).toEqual([0, 4, 3, 2, 1]);
  });
});

describe('hypervolume', () => {
  it('equals the number of unit cells that some point covers', () => {
    fc.assert(
      fc.property(pointSets, (points) => {
        const boxes = points.map(({ objectives }) => objectives);
        const dimensions = boxes[0]?.length ?? 1;
        expect(hypervolume(boxes, new Array(dimensions).fill(0))).toBe(cellsCovered(boxes, dimensions));
      }),
    );
  });

  it('does not change by dominated points, and counts from the reference point', () => {
    expect(
      hypervolume(
        [
          [3, 1],
          [1, 3],
          [1, 1],
        ],
        [0, 0],
      ),
    ).toBe(5);
    expect(
      hypervolume(
        [
          [3, 1],
          [1, 3],
        ],
        [1, 0],
      ),
    ).toBe(2);
    expect(
      hypervolume(
        [
          [3, 1],
          [1, 3],
        ],
        [3, 3],
      ),
    ).toBe(0);
    expect(hypervolume([], [0, 0])).toBe(0);
  });
});

function cellsCovered(boxes: readonly (readonly number[])[], dimensions: number): number {
  let covered = 0;
  for (let cell = 0; cell < 5 ** dimensions; cell++) {
    const corner = Array.from({ length: dimensions }, (_, i) => Math.floor(cell / 5 ** i) % 5);
    if (boxes.some((box) => corner.every((low, i) => low < box[i]!))) covered++;
  }
  return covered;
}
