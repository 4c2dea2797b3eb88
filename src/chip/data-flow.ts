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
  const ancestors = new Map<string, Set<string>>();
  for (const { id, inputs } of graph.nodes) {
    const sources = join(
      inputs.map((input) => origins.get(input)!.sources),
      ancestors,
    );
    const isMatrix = matrixNodes.has(id);
    const latest = inputs.reduce<string | undefined>((late, input) => {
      const { home } = origins.get(input)!;
      return home !== undefined && (late === undefined || order.get(home)! > order.get(late)!) ? home : late;
    }, undefined);
    const home = isMatrix ? id : latest;
    if (isMatrix) {
      flows.set(id, { sources, reads: [] });
      ancestors.set(id, new Set(sources.flatMap((source) => [source, ...ancestors.get(source)!])));
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

/** All sources of some operands, without those that another one waits for anyway. */
function join(
  operands: readonly (readonly string[])[],
  ancestors: ReadonlyMap<string, Set<string>>,
): readonly string[] {
  if (operands.length === 1) return operands[0]!;
  const all = [...new Set(operands.flat())];
  return all.filter((source) => !all.some((other) => ancestors.get(other)!.has(source)));
}
