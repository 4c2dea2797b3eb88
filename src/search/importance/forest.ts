import type { Rng } from '../../tensor/index.js';

/** What a forest is fitted on: one level per gene and row, as a place in that gene's list of levels. */
export interface ForestData {
  readonly rows: readonly (readonly number[])[];
  readonly targets: readonly number[];
  /** Levels of each gene, and whether they have no order. */
  readonly genes: readonly { readonly levels: number; readonly nominal: boolean }[];
}

/** A part of the product of all genes' levels, with the value that a tree gives it. */
export interface Leaf {
  /** For each gene, which levels lie in it. */
  readonly allowed: readonly Uint8Array[];
  readonly value: number;
}

/** One tree as its leaves, and the rows that it was not fitted on. */
export interface Tree {
  readonly leaves: readonly Leaf[];
  readonly outOfBag: readonly number[];
}

const leastLeaf = 2;

/** Regression trees on bootstrap samples, each split chosen among two thirds of the genes (Breiman 2001). */
export function fitForest(data: ForestData, trees: number, rng: Rng): Tree[] {
  return Array.from({ length: trees }, (_, i) => fitTree(data, rng.child(`tree/${i}`)));
}

/** The value of a tree at a row. */
export function predict({ leaves }: Tree, row: readonly number[]): number {
  return leaves.find(({ allowed }) => row.every((level, gene) => allowed[gene]![level] === 1))!.value;
}

function fitTree(data: ForestData, rng: Rng): Tree {
  const n = data.rows.length;
  const sample = Array.from({ length: n }, () => rng.int(0, n));
  const drawn = new Set(sample);
  const everything = data.genes.map(({ levels }) => new Uint8Array(levels).fill(1));
  const leaves: Leaf[] = [];
  grow(data, sample, everything, leaves, rng);
  return { leaves, outOfBag: [...data.rows.keys()].filter((row) => !drawn.has(row)) };
}

function grow(data: ForestData, rows: readonly number[], allowed: readonly Uint8Array[], leaves: Leaf[], rng: Rng) {
  const split = bestSplit(data, rows, rng);
  if (split === undefined) {
    leaves.push({ allowed, value: mean(rows.map((row) => data.targets[row]!)) });
    return;
  }
  for (const side of [1, 0]) {
    const part = rows.filter((row) => split.left[data.rows[row]![split.gene]!] === side);
    const levels = allowed[split.gene]!.map((is, level) => (is === 1 && split.left[level] === side ? 1 : 0));
    grow(data, part, allowed.with(split.gene, levels), leaves, rng);
  }
}

interface Split {
  readonly gene: number;
  /** Levels that go left. */
  readonly left: Uint8Array;
}

/** The split that lowers the squared error most; undefined where none lowers it. */
function bestSplit(data: ForestData, rows: readonly number[], rng: Rng): Split | undefined {
  if (rows.length < 2 * leastLeaf) return undefined;
  const tried = rng.shuffle([...data.genes.keys()]).slice(0, Math.ceil((2 * data.genes.length) / 3));
  const total = rows.reduce((sum, row) => sum + data.targets[row]!, 0);
  // what a split gains is the rise of the sum of (sum of a side)^2 / size of the side
  let best = (total * total) / rows.length + 1e-12;
  let found: Split | undefined;
  for (const gene of tried) {
    const { levels, nominal } = data.genes[gene]!;
    const counts = new Float64Array(levels);
    const sums = new Float64Array(levels);
    for (const row of rows) {
      const level = data.rows[row]![gene]!;
      counts[level] = counts[level]! + 1;
      sums[level] = sums[level]! + data.targets[row]!;
    }
    let [count, sum] = [0, 0];
    for (let level = 0; level < levels; level++) {
      count = nominal ? counts[level]! : count + counts[level]!;
      sum = nominal ? sums[level]! : sum + sums[level]!;
      if (counts[level] === 0 || count < leastLeaf || rows.length - count < leastLeaf) continue;
      const gain = (sum * sum) / count + (total - sum) ** 2 / (rows.length - count);
      if (gain <= best) continue;
      best = gain;
      found = { gene, left: new Uint8Array(levels).map((_, i) => (nominal ? +(i === level) : +(i <= level))) };
    }
  }
  return found;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
