import { type NetworkGraph, type Shape, sizeOf } from '../nn/index.js';
import type { MatrixLayer, Source } from './mapping.js';
import { groupBy } from './totals.js';
import { type Matrix, waitsOf } from './waits.js';

/** What a matrix gets from others. */
export type DataFlow = Pick<MatrixLayer, 'sources' | 'reads'>;

type Reads = MatrixLayer['reads'][number][];

/** Where a value lies: at the cores of a matrix; undefined for what comes from outside. */
interface Place {
  readonly size: number;
  readonly home: string | undefined;
}

/**
 * How values move between matrices. Everything in between (activations, sums, concatenations) is computed where its latest
 * operand lies, so that a residual sum is sent on once, and the operand from further back once to it; a node with several
 * matrices has its result at the last of them. The network's input comes from outside and is not counted.
 *
 * @returns by the ids of the matrices, in their order
 */
export function dataFlow(
  graph: NetworkGraph,
  shapes: ReadonlyMap<string, Shape>,
  matrices: readonly Matrix[],
): Map<string, DataFlow> {
  const owned = groupBy(matrices, ({ node }) => node);
  const reads = readsOf(graph, shapes, matrices, owned);
  // counted vector by vector: only simulations pay for it
  let waits: ReadonlyMap<string, readonly Source[]> | undefined;
  const sourcesOf = (id: string) => {
    waits ??= waitsOf(graph, shapes, owned);
    return waits.get(id)!;
  };
  return new Map(matrices.map(({ id }) => [id, { sources: () => sourcesOf(id), reads: reads.get(id)! }]));
}

/** What is sent to each matrix. */
function readsOf(
  graph: NetworkGraph,
  shapes: ReadonlyMap<string, Shape>,
  matrices: readonly Matrix[],
  owned: ReadonlyMap<string, readonly Matrix[]>,
): Map<string, Reads> {
  const order = new Map(matrices.map(({ id }, i) => [id, i]));
  const places = new Map<string, Place>();
  const reads = new Map<string, Reads>();
  for (const node of graph.nodes) {
    const size = sizeOf(shapes.get(node.id)!);
    const inputs = node.inputs.map((id) => places.get(id)!);
    const own = owned.get(node.id) ?? [];
    for (const matrix of own) reads.set(matrix.id, readsInto(matrix, own, inputs));
    const home =
      own.at(-1)?.id ?? inputs.map((input) => input.home).reduce((late, id) => laterOf(late, id, order), undefined);
    if (own.length === 0 && home !== undefined) {
      reads.get(home)!.push(...sent(inputs).filter(({ from }) => from !== home));
    }
    places.set(node.id, { size, home });
  }
  return reads;
}

function laterOf(a: string | undefined, b: string | undefined, order: ReadonlyMap<string, number>): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return order.get(b)! > order.get(a)! ? b : a;
}

/** What a matrix is sent: the input of its node, but for the matrices that read what others of the node compute. */
function readsInto(matrix: Matrix, own: readonly Matrix[], inputs: readonly Place[]): Reads {
  const fellows = own.filter(({ suffix }) => suffix !== matrix.suffix);
  const ofFellows = fellows.map(({ id, cols, positions }) => ({ from: id, values: cols * positions }));
  if (matrix.suffix === 'recurrent') {
    return [...ofFellows, { from: matrix.id, values: matrix.rows * matrix.positions }];
  }
  return matrix.suffix === 'output' ? ofFellows : sent(inputs);
}

function sent(inputs: readonly Place[]): Reads {
  return inputs.flatMap(({ size, home }) => (home === undefined ? [] : [{ from: home, values: size }]));
}
