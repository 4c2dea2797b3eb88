import { describe, expect, it } from 'vitest';
import { fitForest, type Leaf, predict } from '../../../src/search/importance/forest.js';
import { geneImportance, leastTrials } from '../../../src/search/importance/gene-importance.js';
import { treeShares } from '../../../src/search/importance/variance-shares.js';
import type { Architecture } from '../../../src/space/index.js';
import { loadSpace } from '../../../src/space/index.js';
import { createRng } from '../../../src/tensor/index.js';
import { toySpace } from '../support/toy-space.js';

const accuracy = { name: 'accuracy', goal: 'max' } as const;
const space = toySpace();

function measured(count: number, value: (a: Architecture, noise: number) => number, of = space) {
  const rng = createRng(5, 'trials');
  return Array.from({ length: count }, () => {
    const architecture = of.sample(rng);
    return { architecture, value: value(architecture, rng.normal()) };
  });
}

describe('the analysis of variance of a tree', () => {
  const leaf = (a: number[], b: number[], value: number): Leaf => {
    return { allowed: [Uint8Array.from(a), Uint8Array.from(b)], value };
  };
  const even = [Float64Array.from([0.5, 0.5]), Float64Array.from([0.5, 0.5])];

  it('gives a sum to its parts, and an exclusive or to none of them', () => {
    // 2 a + b: variances 1 and 1/4
    const sum = [leaf([1, 0], [1, 0], 0), leaf([1, 0], [0, 1], 1), leaf([0, 1], [1, 0], 2), leaf([0, 1], [0, 1], 3)];
    const { shares, marginals } = treeShares({ leaves: sum }, even)!;
    expect(shares[0]).toBeCloseTo(0.8, 12);
    expect(shares[1]).toBeCloseTo(0.2, 12);
    expect([...marginals[0]!]).toEqual([0.5, 2.5]);
    const xor = [leaf([1, 0], [1, 0], 0), leaf([1, 0], [0, 1], 1), leaf([0, 1], [1, 0], 1), leaf([0, 1], [0, 1], 0)];
    expect(treeShares({ leaves: xor }, even)!.shares).toEqual([0, 0]);
    expect(treeShares({ leaves: [leaf([1, 1], [1, 1], 7)] }, even)).toBe(undefined);
  });

  it('weighs levels by how often they occur', () => {
    const leaves = [leaf([1, 0], [1, 1], 0), leaf([0, 1], [1, 0], 1), leaf([0, 1], [0, 1], 3)];
    const weights = [Float64Array.from([0.75, 0.25]), Float64Array.from([0.5, 0.5])];
    // mean 0.5; a: 0 or 2 with variance 0.75; b: 0.25 or 0.75 with variance 0.0625; whole: 0.25 (1 + 9) / 2 - 0.25 = 1
    const { shares } = treeShares({ leaves }, weights)!;
    expect(shares[0]).toBeCloseTo(0.75, 12);
    expect(shares[1]).toBeCloseTo(0.0625, 12);
  });
});

describe('a forest', () => {
  it('cuts a space into parts that do not overlap, and predicts what it was fitted on', () => {
    const rng = createRng(2, 'forest');
    const rows = Array.from({ length: 60 }, () => [rng.int(0, 6), rng.int(0, 4)]);
    const targets = rows.map(([a, b]) => a! + (b === 2 ? 10 : 0));
    const genes = [
      { levels: 6, nominal: false },
      { levels: 4, nominal: true },
    ];
    const forest = fitForest({ rows, targets, genes }, 30, rng);
    for (const { leaves } of forest) {
      for (let a = 0; a < 6; a++) {
        for (let b = 0; b < 4; b++) {
          const holding = leaves.filter(({ allowed }) => allowed[0]![a] === 1 && allowed[1]![b] === 1);
          expect(holding).toHaveLength(1);
        }
      }
    }
    const errors = rows.map((row, i) => {
      const predicted = forest.reduce((sum, tree) => sum + predict(tree, row), 0) / forest.length;
      return Math.abs(predicted - targets[i]!);
    });
    expect(Math.max(...errors)).toBeLessThan(3);
  });
});

describe('the importance of genes', () => {
  it('finds the genes that matter and their best values, and is the same every time', () => {
    const trials = measured(80, ({ params }, noise) => 3 * params.g2! - params.g5! + noise);
    const importance = geneImportance(accuracy, trials, space, createRng(1))!;
    expect(importance.genes.slice(0, 2).map(({ gene }) => gene)).toEqual(['g2', 'g5']);
    // variances 9 and 1 of 10, less what a forest smooths away
    expect(importance.genes[0]!.share).toBeGreaterThan(0.7);
    expect(Number(importance.genes[0]!.best!.value)).toBeGreaterThanOrEqual(8);
    expect(importance.genes[0]!.chance).toBeLessThan(0.2);
    expect(importance.heldOutR2).toBeGreaterThan(0.6);
    expect(importance.together + importance.genes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(geneImportance(accuracy, trials, space, createRng(1))).toEqual(importance);
    const smallest = geneImportance({ ...accuracy, goal: 'min' }, trials, space, createRng(1))!;
    expect(Number(smallest.genes[0]!.best!.value)).toBeLessThanOrEqual(1);
  });

  it('says so when the genes tell nothing', () => {
    const trials = measured(40, (_, noise) => noise);
    const { heldOutR2, genes } = geneImportance(accuracy, trials, space, createRng(1))!;
    expect(heldOutR2).toBeLessThan(0.1);
    expect(genes[0]!.share).toBeLessThan(0.5);
  });

  it('knows genes that are not in use, and choices by their names', () => {
    const tiny = loadSpace('resnet-tiny');
    const trials = measured(60, ({ params }) => (params.convBlock1 === 4 ? 1 : 0) + (params.M === 1 ? 0.3 : 0), tiny);
    const { genes } = geneImportance(accuracy, trials, tiny, createRng(1))!;
    expect(genes[0]).toMatchObject({ gene: 'convBlock1', best: { value: 'D' } });
    expect(genes.map(({ gene }) => gene)).not.toContain('R5');
  });

  it('is not told of too few trials, or of equal ones', () => {
    expect(
      geneImportance(
        accuracy,
        measured(leastTrials - 1, (_, noise) => noise),
        space,
        createRng(1),
      ),
    ).toBe(null);
    expect(
      geneImportance(
        accuracy,
        measured(20, () => 1),
        space,
        createRng(1),
      ),
    ).toBe(null);
  });
});
