import type { Architecture, Gene, SearchSpace } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { meanAndStd } from '../../training/index.js';
import { type ForestData, fitForest, predict, type Tree } from './forest.js';
import { treeShares } from './variance-shares.js';

/** How much one gene matters. */
export interface GeneShare {
  readonly gene: string;
  /** Share 0..1 of the variance over the space that this gene explains by itself: mean over the trees of a forest. */
  readonly share: number;
  /** Standard deviation of that share over the trees. */
  readonly std: number;
  /** The share that it has by chance, when the results are dealt out at random: mean over some deals. */
  readonly chance: number;
  /** Value with the best mean over everything else, with that mean; null where it changes nothing. */
  readonly best: { readonly value: string; readonly mean: number } | null;
}

/** What an objective depends on, by a forest fitted on a run's trials. */
export interface Importance {
  readonly objective: string;
  /** Trials that it was fitted on. */
  readonly trials: number;
  /**
   * Share of the trials' variance that trees predict which have not seen the trial. At or below 0 the forest knows
   * nothing, and neither do the shares.
   */
  readonly heldOutR2: number;
  /** The rest of the variance: what only several genes together explain, 0..1. */
  readonly together: number;
  /** The genes that vary, the most important first. */
  readonly genes: readonly GeneShare[];
}

/** A trial as importance sees it. */
export interface MeasuredArchitecture {
  readonly architecture: Architecture;
  readonly value: number;
}

/** Fewer trials than this say nothing. */
export const leastTrials = 8;

const trees = 64;
const deals = 8;
const draws = 500;

/**
 * How much each gene of a space matters for an objective: functional analysis of variance over a forest that is fitted
 * on measured architectures. Levels are weighted as in the space within its limits; a gene that is not in use is a level
 * of its own.
 *
 * @param goal whether more or less of the objective is better
 * @returns null with fewer than {@link leastTrials} trials, or where all have the same value
 */
export function geneImportance(
  objective: { readonly name: string; readonly goal: 'max' | 'min' },
  measured: readonly MeasuredArchitecture[],
  space: SearchSpace,
  rng: Rng,
): Importance | null {
  const values = measured.map(({ value }) => value);
  if (values.length < leastTrials || values.every((value) => value === values[0])) return null;
  const table = tableOf(measured, space, rng.child('draws'));
  const data: ForestData = { rows: table.rows, targets: values, genes: table.genes };
  const forest = fitForest(data, trees, rng.child('forest'));
  const known = analyse(forest, table.weights);
  const dealt = Array.from({ length: deals }, (_, i) => {
    const stream = rng.child(`deal/${i}`);
    const targets = stream.shuffle([...values]);
    return analyse(fitForest({ ...data, targets }, trees / 4, stream), table.weights).shares;
  });
  const genes = table.genes.map(({ name, labels }, gene): GeneShare => {
    const { mean: share, std } = meanAndStd(known.shares.map((ofTree) => ofTree[gene]!));
    const chance = meanAndStd(dealt.flatMap((shares) => shares.map((ofTree) => ofTree[gene]!))).mean;
    return {
      gene: name,
      share,
      std,
      chance: chance || 0,
      best: bestLevel(known.marginals[gene]!, labels, objective.goal),
    };
  });
  return {
    objective: objective.name,
    trials: values.length,
    heldOutR2: heldOutR2(forest, data),
    together: Math.max(0, 1 - genes.reduce((sum, { share }) => sum + share, 0)),
    genes: genes.sort((a, b) => b.share - a.share),
  };
}

interface Table {
  /** The genes that have more than one level. */
  readonly genes: readonly { name: string; levels: number; nominal: boolean; labels: readonly string[] }[];
  readonly rows: readonly (readonly number[])[];
  readonly weights: readonly Float64Array[];
}

function tableOf(measured: readonly MeasuredArchitecture[], space: SearchSpace, rng: Rng): Table {
  const drawn = Array.from({ length: draws }, () => space.sample(rng));
  const seen = [...drawn, ...measured.map(({ architecture }) => architecture)];
  const columns = space.genes
    .map((gene) => ({ gene, levels: levelsOf(gene, seen) }))
    .filter(({ levels }) => levels.length > 1);
  return {
    genes: columns.map(({ gene, levels }) => ({
      name: gene.name,
      levels: levels.length,
      nominal: gene.labels !== null,
      labels: levels.map((level) => labelOf(gene, level)),
    })),
    rows: measured.map(({ architecture }) =>
      columns.map(({ gene, levels }) => levels.indexOf(levelIn(architecture, gene))),
    ),
    weights: columns.map(({ gene, levels }) => {
      const counts = new Float64Array(levels.length);
      for (const architecture of seen) {
        const level = levels.indexOf(levelIn(architecture, gene));
        counts[level] = counts[level]! + 1 / seen.length;
      }
      return counts;
    }),
  };
}

/** A gene's value, or null where it is not in use. */
function levelIn({ params }: Architecture, { name }: Gene): number | null {
  return params[name] ?? null;
}

/** The levels that occur: not in use first, then the values in their order. */
function levelsOf(gene: Gene, seen: readonly Architecture[]): (number | null)[] {
  const present = new Set(seen.map((architecture) => levelIn(architecture, gene)));
  return [null, ...gene.values].filter((level) => present.has(level));
}

function labelOf({ values, labels }: Gene, level: number | null): string {
  if (level === null) return 'not in use';
  return labels === null ? String(level) : labels[values.indexOf(level)]!;
}

function analyse(forest: readonly Tree[], weights: readonly Float64Array[]) {
  const ofTrees = forest.flatMap((tree) => treeShares(tree, weights) ?? []);
  const marginals = weights.map(({ length }, gene) =>
    Float64Array.from({ length }, (_, level) => {
      return ofTrees.reduce((sum, tree) => sum + tree.marginals[gene]![level]!, 0) / ofTrees.length;
    }),
  );
  return { shares: ofTrees.map(({ shares }) => shares), marginals };
}

function bestLevel(marginal: Float64Array, labels: readonly string[], goal: 'max' | 'min'): GeneShare['best'] {
  const mean = goal === 'max' ? Math.max(...marginal) : Math.min(...marginal);
  if (marginal.every((value) => Math.abs(value - mean) < 1e-12)) return null;
  return { value: labels[marginal.indexOf(mean)]!, mean };
}

/** R^2 of the mean prediction of the trees that have not seen a trial; a trial that all have seen is left out. */
function heldOutR2(forest: readonly Tree[], { rows, targets }: ForestData): number {
  let [error, spread] = [0, 0];
  const { mean } = meanAndStd(targets);
  for (const [i, row] of rows.entries()) {
    const unseen = forest.filter(({ outOfBag }) => outOfBag.includes(i));
    if (unseen.length === 0) continue;
    const predicted = meanAndStd(unseen.map((tree) => predict(tree, row))).mean;
    error += (targets[i]! - predicted) ** 2;
    spread += (targets[i]! - mean) ** 2;
  }
  return spread === 0 ? 0 : 1 - error / spread;
}
