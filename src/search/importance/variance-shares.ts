import type { Leaf, Tree } from './forest.js';

/** What one tree says of the genes. */
export interface TreeShares {
  /** Share 0..1 of the tree's variance that each gene explains by itself. */
  readonly shares: readonly number[];
  /** Mean of the tree over all other genes, for each gene and level. */
  readonly marginals: readonly Float64Array[];
}

/**
 * Functional analysis of variance of a tree, exactly (Hutter, Hoos and Leyton-Brown, "An Efficient Approach for Assessing
 * Hyperparameter Importance", 2014), under independent genes.
 *
 * @param weights for each gene the probability of each level; they sum to 1
 * @returns undefined for a tree that is constant
 */
export function treeShares({ leaves }: Pick<Tree, 'leaves'>, weights: readonly Float64Array[]): TreeShares | undefined {
  const masses = leaves.map((leaf) => weights.map((ofGene, gene) => mass(leaf, gene, ofGene)));
  const whole = masses.map((ofLeaf) => product(ofLeaf, -1));
  const mean = leaves.reduce((sum, { value }, i) => sum + value * whole[i]!, 0);
  const variance = leaves.reduce((sum, { value }, i) => sum + (value - mean) ** 2 * whole[i]!, 0);
  if (variance <= 1e-18) return undefined;
  const marginals = weights.map((ofGene, gene) => {
    const marginal = new Float64Array(ofGene.length);
    for (const [i, { allowed, value }] of leaves.entries()) {
      const others = value * product(masses[i]!, gene);
      for (let level = 0; level < marginal.length; level++) {
        if (allowed[gene]![level] === 1) marginal[level] = marginal[level]! + others;
      }
    }
    return marginal;
  });
  const shares = marginals.map((marginal, gene) => {
    const squares = marginal.reduce((sum, value, level) => sum + weights[gene]![level]! * (value - mean) ** 2, 0);
    return squares / variance;
  });
  return { shares, marginals };
}

function mass({ allowed }: Leaf, gene: number, weights: Float64Array): number {
  return weights.reduce((sum, weight, level) => sum + (allowed[gene]![level] === 1 ? weight : 0), 0);
}

/** The product of all but one. */
function product(values: readonly number[], without: number): number {
  return values.reduce((total, value, i) => (i === without ? total : total * value), 1);
}
