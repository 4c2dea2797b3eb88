import { GraphBuilder, type NetworkGraph, type Wire } from '../../nn/index.js';
import type { Genes } from '../gene-family.js';
import type { ArchitectureCounts, TileSize } from '../search-space.js';
import { Tally } from '../tally.js';
import { CELL_NODES, type LiveEdge, liveEdges, livePaths } from './cell.js';
import type { NasBench201Definition } from './schema.js';

/** Stages of the network; between them a residual block halves the image and doubles the channels. */
const STAGES = 3;

const kernelOf = { conv3x3: 3, conv1x1: 1 } as const;

/** Padding of PyTorch's 3x3 windows: one on each side, also with stride 2 (TensorFlow's 'same' pads the far side only). */
const aroundByOne = [
  [1, 1],
  [1, 1],
] as const;

/**
 * The network of NAS-Bench-201 (Dong and Yang 2020) with this cell: 3x3 stem, three stages of equal cells, residual
 * blocks of stride 2 between them, batch norm, ReLU, global average pooling, one dense classifier. Convolutions of a cell
 * are ReLU, convolution, batch norm. Edges that cannot change the output are left out, where the published parameter
 * counts include them.
 */
export function buildNasBench201(genes: Genes, definition: NasBench201Definition, name: string): NetworkGraph {
  const { task, stemChannels, cellsPerStage } = definition;
  const builder = new GraphBuilder(name, task.inputShape);
  const edges = liveEdges(genes);
  let wire = builder.input
    .conv2d({ id: 'stem', kernel: 3, filters: stemChannels, bias: false })
    .batchNorm({ id: 'stem.norm' });
  for (let stage = 1; stage <= STAGES; stage++) {
    if (stage > 1) wire = reduction(wire, `reduce${stage}`);
    for (let c = 1; c <= cellsPerStage; c++) wire = cell(wire, edges, `stage${stage}.cell${c}`);
  }
  const pooled = wire.batchNorm({ id: 'last.norm' }).relu({ id: 'last.relu' }).globalAvgPool({ id: 'pool' });
  return builder.build(pooled.dense(task.classes, { id: 'classifier' }));
}

/** What {@link buildNasBench201} has, in closed form. */
export function countNasBench201(genes: Genes, definition: NasBench201Definition, tile: TileSize): ArchitectureCounts {
  const { task, stemChannels, cellsPerStage } = definition;
  const tally = new Tally(tile);
  const edges = liveEdges(genes);
  const ops = edges.map((edge) => edge.op);
  let [height, width] = task.inputShape as readonly [number, number, number];
  let channels = stemChannels;
  tally.conv(3, task.inputShape[2], channels, height * width);
  for (let stage = 1; stage <= STAGES; stage++) {
    if (stage > 1) {
      [height, width] = [Math.ceil(height / 2), Math.ceil(width / 2)];
      tally.conv(3, channels, 2 * channels, height * width);
      tally.conv(3, 2 * channels, 2 * channels, height * width);
      tally.plainConv(1, channels, 2 * channels, height * width);
      channels *= 2;
    }
    for (const op of ops) {
      if (op in kernelOf) {
        tally.conv(kernelOf[op as keyof typeof kernelOf], channels, channels, height * width, cellsPerStage);
      }
    }
  }
  tally.norm(channels);
  tally.dense(channels, task.classes);
  const reductions = 2 * (STAGES - 1);
  return tally.counts(2 + reductions + STAGES * cellsPerStage * cellDepth(edges));
}

/** Convolutions on the longest way through a cell. */
export function cellDepth(edges: readonly LiveEdge[]): number {
  return Math.max(0, ...livePaths(edges).map((path) => path.filter((op) => op in kernelOf).length));
}

/** Every node is the sum of its live inputs; a cell without any is zero. */
function cell(input: Wire, edges: readonly LiveEdge[], id: string): Wire {
  if (edges.length === 0) return input.builder.append({ op: 'clip', id: `${id}.zero`, min: 0, max: 0 }, [input]);
  const nodes: (Wire | undefined)[] = [input];
  for (let node = 1; node < CELL_NODES; node++) {
    const incoming = edges
      .filter(({ to }) => to === node)
      .map((edge) => applyEdge(nodes[edge.from]!, edge, `${id}.edge${edge.from}${edge.to}`));
    const [first, ...others] = incoming;
    nodes.push(others.length > 0 ? first!.add(others, { id: `${id}.node${node}` }) : first);
  }
  return nodes[CELL_NODES - 1]!;
}

function applyEdge(input: Wire, { op }: LiveEdge, id: string): Wire {
  switch (op) {
    case 'skip':
      return input.builder.append({ op: 'identity', id }, [input]);
    case 'avgPool3x3':
      return input.avgPool({ id, kernel: 3, strides: 1, padding: 'same' });
    default:
      return reluConvNorm(input, kernelOf[op], input.channels, 1, id);
  }
}

/** Two 3x3 convolutions, the first with stride 2, beside average pooling and a 1x1 convolution without batch norm. */
function reduction(input: Wire, id: string): Wire {
  const filters = 2 * input.channels;
  const first = reluConvNorm(input, 3, filters, 2, `${id}.a`);
  const second = reluConvNorm(first, 3, filters, 1, `${id}.b`);
  const skip = input
    .avgPool({ id: `${id}.skip.pool`, kernel: 2, strides: 2, padding: 'same' })
    .conv2d({ id: `${id}.skip`, kernel: 1, filters, bias: false });
  return second.add(skip, { id: `${id}.sum` });
}

function reluConvNorm(input: Wire, kernel: 1 | 3, filters: number, strides: number, id: string): Wire {
  return input
    .relu({ id: `${id}.relu` })
    .conv2d({ id, kernel, filters, strides, bias: false, ...(kernel === 3 && { padding: aroundByOne }) })
    .batchNorm({ id: `${id}.norm` });
}
