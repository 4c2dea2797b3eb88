import type { NetworkGraph } from '../nn/index.js';

/** What a node with weight matrices gets from others like it, by the ids of their nodes. */
export interface DataFlow {
  /** Whose results it waits for; those that wait for another of them are left out. */
  readonly sources: readonly string[];
  /** Values that are sent to it in one inference: its input, and what is joined with its result. */
  readonly reads: { readonly from: string; readonly values: number }[];
}

/** Where a value comes from: the nodes it waits for, and the node at whose cores it lies. */
interface Origin {
  readonly sources: readonly string[];
  readonly home: string | undefined;
}

/**
 * How values move between the nodes with weight matrices. Everything in between (activations, sums, concatenations) is
 * computed where its latest operand lies, so that a residual sum is sent on once, and the operand from further back once
 * to it. The network's input comes from outside and is not counted.
 */
export function dataFlow(
  graph: NetworkGraph,
  shapes: ReadonlyMap<string, readonly number[]>,
  matrixNodes: ReadonlySet<string>,
): Map<string, DataFlow> {
  const order = new Map(graph.nodes.map(({ id }, i) => [id, i]));
  const origins = new Map<string, Origin>();
  const flows = new Map<string, DataFlow>();
  const ancestors = new Ancestors(matrixNodes);
  for (const { id, inputs } of graph.nodes) {
    const sources = ancestors.join(inputs.map((input) => origins.get(input)!.sources));
    const isMatrix = matrixNodes.has(id);
    const latest = inputs.reduce<string | undefined>((late, input) => {
      const { home } = origins.get(input)!;
      return home !== undefined && (late === undefined || order.get(home)! > order.get(late)!) ? home : late;
    }, undefined);
    const home = isMatrix ? id : latest;
    if (isMatrix) {
      flows.set(id, { sources, reads: [] });
      ancestors.add(id, sources);
    }
    for (const input of inputs) {
      const { home: from } = origins.get(input)!;
      if (from === undefined || home === undefined || from === home) continue;
      flows.get(home)!.reads.push({ from, values: shapes.get(input)!.reduce((product, size) => product * size, 1) });
    }
    origins.set(id, { sources: isMatrix ? [id] : sources, home });
  }
  return flows;
}

/** Which nodes wait for which, as one bit per node. */
class Ancestors {
  readonly #bit: ReadonlyMap<string, number>;
  readonly #words: number;
  readonly #sets = new Map<string, Uint32Array>();

  constructor(nodes: ReadonlySet<string>) {
    this.#bit = new Map([...nodes].map((id, i) => [id, i]));
    this.#words = Math.ceil(nodes.size / 32);
  }

  /** Notes that a node waits for others, and so for all that they wait for. */
  add(id: string, sources: readonly string[]): void {
    const set = this.#union(sources);
    for (const source of sources) {
      const bit = this.#bit.get(source)!;
      set[bit >>> 5]! |= 1 << (bit & 31);
    }
    this.#sets.set(id, set);
  }

  /** All sources of some operands, without those that another one waits for anyway. */
  join(operands: readonly (readonly string[])[]): readonly string[] {
    if (operands.length === 1) return operands[0]!;
    const all = [...new Set(operands.flat())];
    if (all.length < 2) return all;
    const implied = this.#union(all);
    return all.filter((source) => {
      const bit = this.#bit.get(source)!;
      return ((implied[bit >>> 5]! >>> (bit & 31)) & 1) === 0;
    });
  }

  #union(nodes: readonly string[]): Uint32Array {
    const union = new Uint32Array(this.#words);
    for (const node of nodes) {
      const set = this.#sets.get(node)!;
      for (let word = 0; word < union.length; word++) union[word]! |= set[word]!;
    }
    return union;
  }
}
