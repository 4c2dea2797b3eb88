import { consumers, type GraphNode, inferShapes, type NetworkGraph, type Shape, showShape } from '../../nn/index.js';

/** What a box of the picture stands for: it decides its colour. */
export type BoxKind = 'input' | 'crossbar' | 'join' | 'pool' | 'other';

/** One box of the picture: a node and the elementwise nodes right behind it. */
export interface Box {
  readonly id: string;
  readonly kind: BoxKind;
  /** For example `conv 3x3, 32, stride 2`. */
  readonly title: string;
  /** What follows inside the box, for example `batch norm, relu`. */
  readonly detail: string;
  /** Shape of its result, for example `16x16x32`. */
  readonly shape: string;
  /** Ids of the boxes it reads. */
  readonly inputs: readonly string[];
}

const followers = new Set(
  ['batchNorm', 'dropout', 'identity', 'relu', 'relu6', 'leakyRelu', 'clip', 'sigmoid', 'tanh'].concat([
    'hardSwish',
    'hardSigmoid',
    'swish',
    'gelu',
    'softplus',
    'softmax',
  ]),
);
const kinds: Partial<Record<GraphNode['op'], BoxKind>> = {
  input: 'input',
  conv2d: 'crossbar',
  depthwiseConv2d: 'crossbar',
  dense: 'crossbar',
  lstm: 'crossbar',
  gru: 'crossbar',
  add: 'join',
  mul: 'join',
  concat: 'join',
  maxPool: 'pool',
  avgPool: 'pool',
  globalAvgPool: 'pool',
  globalMaxPool: 'pool',
};

/** The boxes of a network in an order in which each stands behind its inputs. */
export function collapse(graph: NetworkGraph): Box[] {
  const shapes = inferShapes(graph);
  const readers = consumers(graph);
  const boxOf = new Map<string, string>();
  const members = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    const [before] = node.inputs;
    const joins = before !== undefined && followers.has(node.op) && readers.get(before)!.length === 1;
    const box = joins ? boxOf.get(before)! : node.id;
    boxOf.set(node.id, box);
    members.set(box, [...(members.get(box) ?? []), node]);
  }
  return [...members.values()].map((nodes) => makeBox(nodes, shapes, boxOf));
}

function makeBox(
  [head, ...rest]: GraphNode[],
  shapes: ReadonlyMap<string, Shape>,
  boxOf: ReadonlyMap<string, string>,
): Box {
  const node = head!;
  return {
    id: node.id,
    kind: kinds[node.op] ?? 'other',
    title: titleOf(node),
    detail: rest.map(({ op }) => words(op)).join(', '),
    shape: showShape(shapes.get(node.id)!).replaceAll('x', '×'),
    inputs: [...new Set(node.inputs.map((input) => boxOf.get(input)!))],
  };
}

function titleOf(node: GraphNode): string {
  switch (node.op) {
    case 'conv2d':
      return `conv ${size(node.kernel)}, ${node.filters}${strided(node.strides)}`;
    case 'depthwiseConv2d':
      return `depthwise ${size(node.kernel)}${strided(node.strides)}`;
    case 'dense':
      return `dense ${node.units}`;
    case 'lstm':
    case 'gru':
      return `${node.op} ${node.units}`;
    case 'maxPool':
    case 'avgPool':
      return `${node.op === 'maxPool' ? 'max' : 'average'} pool ${size(node.kernel)}${strided(node.strides)}`;
    default:
      return words(node.op);
  }
}

function size([height, width]: readonly [number, number]): string {
  return `${height}×${width}`;
}

function strided([height, width]: readonly [number, number]): string {
  if (height === 1 && width === 1) return '';
  return height === width ? `, stride ${height}` : `, stride ${size([height, width])}`;
}

/** `globalAvgPool` as `global avg pool`. */
function words(op: string): string {
  return op.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
