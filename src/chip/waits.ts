import type { GraphNode, NetworkGraph, Shape } from '../nn/index.js';
import type { MatrixLayer, Source } from './mapping.js';
import { type Needs, needsOf } from './needs.js';

/** A matrix as the data flow sees it. */
export interface Matrix extends Pick<MatrixLayer, 'id' | 'rows' | 'cols' | 'positions'> {
  readonly node: string;
  /** Which of its node's matrices it is; empty for the only one. */
  readonly suffix: string;
}

/** What a value waits for. */
interface Value {
  readonly shape: Shape;
  readonly needs: Needs;
}

/** Whose results matrices wait for, by their ids in their order. */
type Waits = Map<string, readonly Source[]>;

/**
 * Whose results each matrix waits for, and vector by vector for how many of them; those that the others wait for anyway are
 * left out.
 *
 * @param owned the matrices of each node that has some
 * @returns by the ids of the matrices, in their order
 */
export function waitsOf(
  graph: NetworkGraph,
  shapes: ReadonlyMap<string, Shape>,
  owned: ReadonlyMap<string, readonly Matrix[]>,
): Waits {
  const values = new Map<string, Value>();
  const waits: Waits = new Map();
  for (const node of graph.nodes) {
    const shape = shapes.get(node.id)!;
    const joined = needsOf(
      node,
      node.inputs.map((id) => values.get(id)!),
      shape,
    );
    const needs = node.inputs.length > 1 ? withoutImplied(joined, waits) : joined;
    const own = owned.get(node.id) ?? [];
    for (const matrix of own) waits.set(matrix.id, sourcesOf(matrix, own, node, needs));
    values.set(node.id, { shape, needs: own.length > 0 ? resultNeeds(node, own.at(-1)!) : needs });
  }
  return waits;
}

/** What a matrix waits for: the input of its node, but for the matrices that read what others of the node compute. */
function sourcesOf(matrix: Matrix, own: readonly Matrix[], node: GraphNode, needs: Needs): Source[] {
  const fellows = own.filter(({ suffix }) => suffix !== matrix.suffix);
  if (matrix.suffix === 'recurrent') {
    // each step adds its product to that of the input, and reads the state that the step before has left
    const state = { from: matrix.id, needs: upTo(matrix.positions).map((count) => count - 1) };
    return [...fellows.map(stepByStep), state];
  }
  if (node.op === 'attention' && matrix.suffix === 'output') {
    return fellows.map((fellow) =>
      fellow.suffix === 'query' || node.causal ? stepByStep(fellow) : { from: fellow.id, needs: all(fellow) },
    );
  }
  return [...needs].map(([from, counts]) => ({ from, needs: counts }));
}

/** What the positions of a node's result need of its last matrix. */
function resultNeeds(node: GraphNode, last: Matrix): Needs {
  if (node.op !== 'lstm' && node.op !== 'gru') return new Map([[last.id, upTo(last.positions)]]);
  const steps = node.reverse ? upTo(last.positions).reverse() : upTo(last.positions);
  return new Map([[last.id, node.returnSequences ? steps : [last.positions]]]);
}

function stepByStep({ id, positions }: Matrix): Source {
  return { from: id, needs: upTo(positions) };
}

function all({ positions }: Matrix): number[] {
  return new Array<number>(positions).fill(positions);
}

/** 1, 2, ... count. */
function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** Leaves out matrices of which the others need at least as much anyway, in the vectors of theirs that are waited for. */
function withoutImplied(needs: Needs, waits: ReadonlyMap<string, readonly Source[]>): Needs {
  if (needs.size < 2) return needs;
  const kept = new Map<string, readonly number[]>();
  const implied = new Map<string, readonly number[]>();
  let left = needs.size;
  for (const [id, sources] of [...waits].reverse()) {
    const own = needs.get(id);
    const known = implied.get(id);
    if (own !== undefined && !(known !== undefined && own.every((count, i) => count <= known[i]!))) kept.set(id, own);
    if (own !== undefined && --left === 0) break;
    const here = greater(own, known);
    if (here === undefined) continue;
    for (const { from, needs: counts } of sources) {
      const before = runningMost(counts);
      const through = here.map((count) => (count === 0 ? 0 : before[count - 1]!));
      implied.set(from, greater(implied.get(from), through)!);
    }
  }
  return new Map([...kept].reverse());
}

function greater(a: readonly number[] | undefined, b: readonly number[] | undefined): readonly number[] | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a.map((count, i) => Math.max(count, b[i]!));
}

function runningMost(counts: readonly number[]): number[] {
  let most = 0;
  return counts.map((count) => {
    most = Math.max(most, count);
    return most;
  });
}
