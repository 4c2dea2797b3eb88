import { fail } from '../../config/index.js';
import type { FeatureTable } from './booster.js';

/** One tree as XGBoost stores it; leaves have no left child (-1), and their value in `conditions`. */
export interface StoredTree {
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly features: ArrayLike<number>;
  /** Rows with a value below go left. */
  readonly conditions: ArrayLike<number>;
}

/** A gradient-boosted model as XGBoost stores it. */
export interface StoredModel {
  readonly objective: string;
  readonly features: number;
  readonly baseScore: number;
  readonly trees: readonly StoredTree[];
}

/** How the sum of the leaves becomes the prediction. */
const links: Readonly<Record<string, 'identity' | 'logistic'>> = {
  'reg:squarederror': 'identity',
  'reg:linear': 'identity',
  'reg:absoluteerror': 'identity',
  'reg:pseudohubererror': 'identity',
  'reg:quantileerror': 'identity',
  'rank:pairwise': 'identity',
  'rank:ndcg': 'identity',
  'rank:map': 'identity',
  'reg:logistic': 'logistic',
  'binary:logistic': 'logistic',
};

/** Rows that are walked together: their features and one tree stay in the processor's nearest cache. */
const BLOCK = 64;

/** Threshold of a leaf: above every number, infinity included. */
const ALWAYS_LEFT = 0x7fffffff;

/**
 * A gradient-boosted model in flat arrays, evaluated here: without the XGBoost library, and without copying rows into its
 * memory. Children of a node lie side by side, so that a step is `node = child[node] + (x >= threshold)`; a leaf is its own
 * left child behind a threshold that nothing reaches, so that no step asks whether it has arrived. Numbers are compared as
 * integers, without a branch: which way a row goes cannot be foreseen, and wrong guesses of the processor took half the time.
 */
export class TreeEnsemble {
  readonly objective: string;
  /** Number of features that a row must have. */
  readonly features: number;
  readonly trees: number;
  readonly #logistic: boolean;
  readonly #margin: number;
  readonly #roots: Int32Array;
  readonly #depths: Int32Array;
  readonly #child: Int32Array;
  readonly #feature: Int32Array;
  readonly #threshold: Int32Array;
  readonly #ordered: Int32Array;
  readonly #leaf: Float32Array;

  /** @throws SURROGATE_INVALID for objectives whose predictions are no single number, and for broken trees */
  constructor(model: StoredModel, source?: string) {
    const link = links[model.objective] ?? refuse(source, model.objective, `one of ${Object.keys(links).join(', ')}`);
    this.objective = model.objective;
    this.features = model.features;
    this.trees = model.trees.length;
    this.#logistic = link === 'logistic';
    this.#margin = this.#logistic ? Math.log(model.baseScore / (1 - model.baseScore)) : model.baseScore;
    const nodes = model.trees.reduce((sum, tree) => sum + tree.left.length, 0);
    this.#roots = new Int32Array(this.trees);
    this.#depths = new Int32Array(this.trees);
    this.#child = new Int32Array(nodes);
    this.#feature = new Int32Array(nodes);
    this.#threshold = new Int32Array(nodes).fill(ALWAYS_LEFT);
    this.#ordered = new Int32Array(BLOCK * model.features);
    this.#leaf = new Float32Array(nodes);
    let next = 0;
    for (const [i, tree] of model.trees.entries()) next = this.#place(tree, i, next, source);
  }

  /** One value per row, as XGBoost predicts it. Missing values (NaN) are not supported. */
  predict(table: FeatureTable): Float32Array {
    if (table.cols !== this.features) {
      fail('SURROGATE_INVALID', 'The model was fitted on another number of features.', {
        found: `${table.cols} features`,
        accepted: `${this.features} features`,
      });
    }
    const out = new Float32Array(table.rows);
    this.predictInto(table.values, table.rows, out);
    return out;
  }

  /** As `predict`, into an array of the caller's; the width of the rows is not checked. */
  predictInto(values: Float32Array, rows: number, out: Float32Array): void {
    out.fill(this.#margin, 0, rows);
    for (let first = 0; first < rows; first += BLOCK) {
      const count = Math.min(BLOCK, rows - first);
      toOrdered(values, first * this.features, count * this.features, this.#ordered);
      this.#addLeaves(this.#ordered, count, out.subarray(first, first + count));
    }
    if (this.#logistic) for (let row = 0; row < rows; row++) out[row] = 1 / (1 + Math.exp(-out[row]!));
  }

  /** Walks each tree with four rows side by side, so that their loads overlap. */
  #addLeaves(values: Int32Array, rows: number, out: Float32Array): void {
    const [child, feature, threshold, leaf] = [this.#child, this.#feature, this.#threshold, this.#leaf];
    const cols = this.features;
    for (let tree = 0; tree < this.trees; tree++) {
      const root = this.#roots[tree]!;
      const depth = this.#depths[tree]!;
      let row = 0;
      for (; row + 3 < rows; row += 4) {
        const at = row * cols;
        let [a, b, c, d] = [root, root, root, root];
        for (let level = 0; level < depth; level++) {
          a = child[a]! + 1 + less(values[at + feature[a]!]!, threshold[a]!);
          b = child[b]! + 1 + less(values[at + cols + feature[b]!]!, threshold[b]!);
          c = child[c]! + 1 + less(values[at + 2 * cols + feature[c]!]!, threshold[c]!);
          d = child[d]! + 1 + less(values[at + 3 * cols + feature[d]!]!, threshold[d]!);
        }
        out[row] = out[row]! + leaf[a]!;
        out[row + 1] = out[row + 1]! + leaf[b]!;
        out[row + 2] = out[row + 2]! + leaf[c]!;
        out[row + 3] = out[row + 3]! + leaf[d]!;
      }
      for (; row < rows; row++) {
        const at = row * cols;
        let node = root;
        for (let level = 0; level < depth; level++) {
          node = child[node]! + 1 + less(values[at + feature[node]!]!, threshold[node]!);
        }
        out[row] = out[row]! + leaf[node]!;
      }
    }
  }

  /** Copies a tree, breadth first, to the free places from `next` on; returns the next free place. */
  #place(tree: StoredTree, index: number, next: number, source: string | undefined): number {
    const queue = [{ stored: 0, at: next, depth: 0 }];
    this.#roots[index] = next;
    let free = next + 1;
    for (const { stored, at, depth } of queue) {
      this.#depths[index] = Math.max(this.#depths[index]!, depth);
      const left = tree.left[stored];
      const right = tree.right[stored];
      if (left === undefined || right === undefined || queue.length > tree.left.length) {
        refuse(source, `tree ${index} with a child that is not there`, 'whole trees');
      }
      if (left === -1) {
        this.#child[at] = at;
        this.#leaf[at] = tree.conditions[stored]!;
        continue;
      }
      const feature = tree.features[stored]!;
      if (feature >= this.features) refuse(source, `feature ${feature}`, `0 to ${this.features - 1}`);
      this.#child[at] = free;
      this.#feature[at] = feature;
      toOrdered(Float32Array.of(tree.conditions[stored]!), 0, 1, this.#threshold.subarray(at, at + 1));
      queue.push({ stored: left, at: free, depth: depth + 1 }, { stored: right, at: free + 1, depth: depth + 1 });
      free += 2;
    }
    return free;
  }
}

/** Writes numbers as integers of the same order: the bits of a float, those of negative ones turned round. */
function toOrdered(values: Float32Array, from: number, count: number, out: Int32Array): void {
  // + 0 makes 0 of -0, which equals it
  for (let i = 0; i < count; i++) {
    scratch[0] = values[from + i]! + 0;
    const bits = scratchBits[0]!;
    out[i] = bits ^ ((bits >> 31) & ALWAYS_LEFT);
  }
}

const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);

/** -1 where a < b, else 0, also where a - b overflows (Warren 2012, Hacker's Delight, 2-12). */
function less(a: number, b: number): number {
  return ((a & ~b) | (~(a ^ b) & ((a - b) | 0))) >> 31;
}

function refuse(source: string | undefined, found: string, accepted: string): never {
  return fail('SURROGATE_INVALID', 'This XGBoost model cannot be evaluated.', {
    ...(source !== undefined && { source }),
    found,
    accepted,
  });
}
