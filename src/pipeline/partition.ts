import { fail } from '../config/index.js';
import { countNetwork, type LayerCount, type NetworkGraph } from '../nn/index.js';

/** A run of consecutive layers that one accelerator holds. */
export interface Stage {
  /** Ids of its weight matrices, in the network's order. */
  readonly layers: readonly string[];
  /** Sum of its layers' costs. */
  readonly cost: number;
}

/** What a layer costs its stage: vectors that its crossbars multiply one after another, or multiply-adds. */
export type LayerCost = 'positions' | 'macs';

/**
 * Cuts a network into consecutive stages so that the slowest is as fast as possible. Every stage gets at least one
 * weight matrix; digital layers go with the matrix before them.
 *
 * @param stages number of stages, at least 1 and at most the number of weight matrices
 * @param cost `positions` by default: on crossbars a product takes the same time whatever its size
 * @throws CONFIG_INVALID when the network has fewer weight matrices than stages
 * @example
 * partitionNetwork(baselineGraph('resnet8'), 4).map(({ cost }) => cost); // four costs, the largest as small as can be
 */
export function partitionNetwork(graph: NetworkGraph, stages: number, cost: LayerCost = 'positions'): Stage[] {
  const { layers } = countNetwork(graph);
  const cuts = balancedCuts(layers.map(costOf(cost)), stages);
  return cuts.slice(1).map((end, stage) => makeStage(layers.slice(cuts[stage]!, end), costOf(cost)));
}

/**
 * Cuts a list of costs into consecutive parts whose largest sum is as small as possible. Of equally good ways to cut, the
 * last part begins as early as it can; what lies before it is again cut as well as possible, by the same rule. Dynamic
 * programming over (prefix, parts), O(parts n^2).
 *
 * @returns `parts + 1` cuts from 0 to the length
 * @throws CONFIG_INVALID unless 1 <= parts <= length
 */
export function balancedCuts(costs: readonly number[], parts: number): number[] {
  const n = costs.length;
  if (!Number.isInteger(parts) || parts < 1 || parts > n) {
    fail('CONFIG_INVALID', 'A pipeline needs a whole number of stages with one layer or more each.', {
      path: 'stages',
      found: String(parts),
      accepted: `1 to ${n}: there are ${n} layers with weights`,
    });
  }
  const upTo = [0];
  for (const cost of costs) upTo.push(upTo.at(-1)! + cost);
  // slowest[p][i]: the least possible largest part when the first i costs form p + 1 parts; cutAt[p][i]: its last cut.
  let slowest = upTo.map((sum, i) => (i === 0 ? Number.POSITIVE_INFINITY : sum));
  const cutAt: number[][] = [new Array(n + 1).fill(0)];
  for (let part = 1; part < parts; part++) {
    const next = new Array<number>(n + 1).fill(Number.POSITIVE_INFINITY);
    const cuts = new Array<number>(n + 1).fill(0);
    for (let i = part + 1; i <= n; i++) {
      for (let cut = part; cut < i; cut++) {
        const largest = Math.max(slowest[cut]!, upTo[i]! - upTo[cut]!);
        if (largest < next[i]!) [next[i], cuts[i]] = [largest, cut];
      }
    }
    cutAt.push(cuts);
    slowest = next;
  }
  const cuts = [n];
  for (let part = parts - 1; part >= 0; part--) cuts.unshift(cutAt[part]![cuts[0]!]!);
  return cuts;
}

function costOf(cost: LayerCost): (layer: LayerCount) => number {
  return (layer) => layer[cost];
}

function makeStage(layers: readonly LayerCount[], cost: (layer: LayerCount) => number): Stage {
  return { layers: layers.map(({ id }) => id), cost: layers.reduce((sum, layer) => sum + cost(layer), 0) };
}
