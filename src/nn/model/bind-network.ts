import { isTaping, tf } from '../../tensor/index.js';
import { inferShapes, inputShapes } from '../graph/infer-shapes.js';
import { consumers, type MatrixLayer, matrixLayers } from '../graph/matrix-layers.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import type { GraphNode } from '../graph/ops/index.js';
import { type BoundMatrix, kernelExpansion } from './bound-matrix.js';
import { binders } from './ops/index.js';
import type { Binder, Pass, Runner } from './runner.js';
import { StagedNorm } from './staged-norm.js';

/** A network joined with its weights, ready to run. */
export interface BoundNetwork {
  readonly matrices: readonly BoundMatrix[];
  /** Value of the output node for a batch. */
  run(x: tf.Tensor, pass: Pass): tf.Tensor;
  /** The same in front of a final softmax, where there is one. */
  runToLogits(x: tf.Tensor, pass: Pass): tf.Tensor;
  /** Frees what was derived from the weights. */
  dispose(): void;
}

/** A set of names that may change. */
type Names = Pick<ReadonlySet<string>, 'has'>;

/** One node (or a weight matrix, the batch norm behind it and its ReLU) and the slots it reads and writes. */
interface Step {
  readonly run: Runner;
  readonly reads: readonly number[];
  readonly writes: number;
  /** Slots that no later step reads. */
  readonly lastReads: readonly number[];
}

/**
 * Joins a graph with its weights, full names to tensors.
 *
 * @param idleBiases tells, at each use, which biases are left out, see {@link IdleBiases}
 */
export function bindNetwork(
  graph: NetworkGraph,
  weights: ReadonlyMap<string, tf.Tensor>,
  idleBiases: Names = new Set<string>(),
): BoundNetwork {
  const matrices = bindMatrices(graph, weights, idleBiases);
  const { steps, staged } = bindSteps(graph, weights, matrices);
  const output = steps.length - 1;
  const endsInSoftmax = graph.nodes.find(({ id }) => id === graph.output)!.op === 'softmax';
  return {
    matrices,
    run: (x, pass) => runSteps(steps, output, x, pass),
    runToLogits: (x, pass) => runSteps(steps, endsInSoftmax ? output - 1 : output, x, pass),
    dispose: () => {
      for (const one of staged) one.dispose();
    },
  };
}

function bindMatrices(graph: NetworkGraph, weights: ReadonlyMap<string, tf.Tensor>, idleBiases: Names): BoundMatrix[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return matrixLayers(graph).map((layer: MatrixLayer) => {
    const node = nodes.get(layer.node)!;
    const bias = `${layer.node}/${layer.bias}`;
    return {
      ...layer,
      kernelTensor: weights.get(`${layer.node}/${layer.kernel}`)!,
      get biasTensor() {
        return layer.bias === null || idleBiases.has(bias) ? null : weights.get(bias)!;
      },
      depthwise: node.op === 'depthwiseConv2d',
      expand: kernelExpansion(node, layer.shape.kind === 'conv2d' ? layer.shape.inChannels : 0),
    };
  });
}

function bindSteps(
  graph: NetworkGraph,
  weights: ReadonlyMap<string, tf.Tensor>,
  matrices: readonly BoundMatrix[],
): { steps: Step[]; staged: StagedNorm[] } {
  const shapes = inferShapes(graph);
  const fused = fusedRelus(graph);
  const products = productsBeforeNorms(graph);
  const held = new Map<string, Runner>();
  const staged: StagedNorm[] = [];
  const slots = new Map([['input', 0]]);
  const steps: Omit<Step, 'lastReads'>[] = [];
  for (const node of neededNodes(graph)) {
    if (node.op === 'input') continue;
    const fusedInto = fused.get(node.id);
    if (fusedInto !== undefined) {
      slots.set(node.id, slots.get(fusedInto)!);
      continue;
    }
    const bind = binders[node.op] as Binder<GraphNode>;
    const weight = (name: string) => weights.get(`${node.id}/${name}`)!;
    const fusedRelu = [...fused.values()].includes(node.id);
    const own = matrices.filter((matrix) => matrix.node === node.id);
    const run = bind(node, {
      inputShapes: inputShapes(node, shapes),
      outputShape: shapes.get(node.id)!,
      weight,
      matrices: own,
      fusedRelu,
    });
    if ([...products.values()].includes(node)) {
      held.set(node.id, run);
      continue;
    }
    const writes = steps.length + 1;
    slots.set(node.id, writes);
    const product = products.get(node.id);
    if (product === undefined || node.op !== 'batchNorm') {
      steps.push({ run, reads: node.inputs.map((id) => slots.get(id)!), writes });
      continue;
    }
    const matrix = matrices.find((one) => one.node === product.id)!;
    const both = new StagedNorm(matrix, node, weight, fusedRelu);
    staged.push(both);
    const reads = product.inputs.map((id) => slots.get(id)!);
    steps.push({ run: both.runner(held.get(product.id)!, run), reads, writes });
  }
  return { steps: withLastReads(steps), staged };
}

/** Convolutions that only a batch norm reads: id of the batch norm to the convolution. */
function productsBeforeNorms(graph: NetworkGraph): Map<string, GraphNode> {
  const readers = consumers(graph);
  const norms = new Map(graph.nodes.filter(({ op }) => op === 'batchNorm').map((node) => [node.id, node]));
  const pairs = graph.nodes.flatMap((node) => {
    const [reader, ...others] = readers.get(node.id)!;
    const alone = reader !== undefined && others.length === 0 && node.id !== graph.output;
    const isProduct = node.op === 'conv2d' || node.op === 'depthwiseConv2d';
    return isProduct && alone && norms.has(reader) ? [[reader, node] as const] : [];
  });
  return new Map(pairs);
}

/** ReLUs that the batch norm or sum before them applies: id of the ReLU to id of the other. */
function fusedRelus(graph: NetworkGraph): Map<string, string> {
  const readers = consumers(graph);
  const pairs = graph.nodes.flatMap((node) => {
    const [reader, ...others] = readers.get(node.id)!;
    const alone = reader !== undefined && others.length === 0 && node.id !== graph.output;
    const relu = graph.nodes.find(({ id }) => id === reader);
    const fuses = node.op === 'batchNorm' || node.op === 'add';
    return fuses && alone && relu?.op === 'relu' ? [[relu.id, node.id] as const] : [];
  });
  return new Map(pairs);
}

/** Nodes that the output depends on, in order, so that the output is the last. */
function neededNodes(graph: NetworkGraph): GraphNode[] {
  const needed = new Set([graph.output]);
  for (const node of graph.nodes.toReversed()) if (needed.has(node.id)) for (const id of node.inputs) needed.add(id);
  return graph.nodes.filter(({ id }) => needed.has(id));
}

function withLastReads(steps: readonly Omit<Step, 'lastReads'>[]): Step[] {
  const lastReader = new Map<number, number>();
  for (const [index, { reads }] of steps.entries()) for (const slot of reads) lastReader.set(slot, index);
  return steps.map((step, index) => {
    const lastReads = [...new Set(step.reads)].filter((slot) => slot !== 0 && lastReader.get(slot) === index);
    return { ...step, lastReads };
  });
}

/** Runs the steps up to and with number `last`. Frees activations behind their last reader, unless a tape needs them. */
function runSteps(steps: readonly Step[], last: number, x: tf.Tensor, pass: Pass): tf.Tensor {
  const values: tf.Tensor[] = [x];
  const free = !isTaping();
  for (let index = 0; index <= last; index++) {
    const { run, reads, writes, lastReads } = steps[index]!;
    values[writes] = run(
      reads.map((slot) => values[slot]!),
      pass,
    );
    if (free) for (const slot of lastReads) values[slot]!.dispose();
  }
  return last < 0 ? tf.clone(x) : values[steps[last]!.writes]!;
}
