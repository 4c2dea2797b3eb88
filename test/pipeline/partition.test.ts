import fc from 'fast-check';
import { expect, test } from 'vitest';
import { baselineGraph, countNetwork } from '../../src/nn/index.js';
import { balancedCuts, partitionNetwork } from '../../src/pipeline/index.js';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const largestPart = (costs: readonly number[], cuts: readonly number[]) =>
  Math.max(...cuts.slice(1).map((end, i) => sum(costs.slice(cuts[i], end))));

/** The best of all ways to cut. */
function bruteForce(costs: readonly number[], parts: number): number {
  if (parts === 1) return sum(costs);
  let best = Number.POSITIVE_INFINITY;
  for (let cut = 1; cut <= costs.length - parts + 1; cut++) {
    best = Math.min(best, Math.max(sum(costs.slice(0, cut)), bruteForce(costs.slice(cut), parts - 1)));
  }
  return best;
}

test('no way of cutting is better', () => {
  const cases = fc
    .array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 9 })
    .chain((costs) => fc.tuple(fc.constant(costs), fc.integer({ min: 1, max: costs.length })));
  fc.assert(
    fc.property(cases, ([costs, parts]) => {
      const cuts = balancedCuts(costs, parts);
      expect(cuts).toHaveLength(parts + 1);
      expect([cuts[0], cuts.at(-1)]).toEqual([0, costs.length]);
      for (let i = 0; i < parts; i++) expect(cuts[i + 1]!).toBeGreaterThan(cuts[i]!);
      expect(largestPart(costs, cuts)).toBe(bruteForce(costs, parts));
    }),
  );
});

test.each([1, 2, 4, 8])('ResNet-32 in %d stages keeps its layers in order and its work', (stages) => {
  const graph = baselineGraph('resnet32');
  const { layers } = countNetwork(graph);
  const parts = partitionNetwork(graph, stages);
  expect(parts).toHaveLength(stages);
  expect(parts.flatMap((stage) => stage.layers)).toEqual(layers.map(({ id }) => id));
  expect(sum(parts.map(({ cost }) => cost))).toBe(14_465);
  const ideal = Math.max(14_465 / stages, 1_024);
  expect(Math.max(...parts.map(({ cost }) => cost))).toBeLessThan(ideal + 1_024);
});

test('work can be counted in multiply-adds, too', () => {
  const [first, second] = partitionNetwork(baselineGraph('resnet8'), 2, 'macs');
  expect(first!.cost + second!.cost).toBe(12_501_632);
});

test('more stages than layers are refused', () => {
  expect(() => partitionNetwork(baselineGraph('resnet8'), 11)).toThrow('found:    11\n  accepted: 1 to 10');
  expect(() => balancedCuts([1, 2], 0)).toThrow('accepted: 1 to 2');
});

test('of equally good cuts, the last part begins first, and so on backwards', () => {
  expect(balancedCuts([1, 1, 0, 4, 5, 1, 5, 5], 5)).toEqual([0, 2, 4, 5, 7, 8]);
  expect(balancedCuts([3, 0, 0, 3], 2)).toEqual([0, 1, 4]);
});
