import { matrixCols, matrixRows } from '../../crossbar/index.js';
import { inferShapes, inputShapes } from './infer-shapes.js';
import { consumers, type MatrixLayer, matrixLayers } from './matrix-layers.js';
import type { NetworkGraph } from './network-graph.js';
import { sizeOf, type WeightSpec } from './op-definition.js';
import { type OpName, opOf } from './ops/index.js';

/** Size and work of one weight matrix. */
export interface LayerCount {
  readonly id: string;
  readonly op: OpName;
  /** Inputs of the matrix: crossbar rows it needs (a depthwise layer as a dense block). */
  readonly rows: number;
  /** Outputs of the matrix: crossbar columns it needs. */
  readonly cols: number;
  /** Groups of channels that no weights connect with each other; 1 but for grouped and depthwise convolutions. */
  readonly groups: number;
  /** Vectors that pass through the matrix per sample. */
  readonly positions: number;
  /** Multiply-accumulates per sample, without structural zeros. */
  readonly macs: number;
  /** Weights, without structural zeros. */
  readonly weights: number;
}

/** Size and work of a whole network. */
export interface NetworkCount {
  /** All values, batch-norm statistics included (what Keras calls total). */
  readonly parameters: number;
  /** Values that training changes (what PyTorch reports). */
  readonly trainableParameters: number;
  /** Weights and biases once batch norm is folded into the layer before it. */
  readonly foldedParameters: number;
  /** Weights that live on crossbars, without structural zeros. */
  readonly crossbarWeights: number;
  /** Multiply-accumulates of the weight matrices per sample. */
  readonly macs: number;
  /** Layers with weight matrices on the longest path from input to output. */
  readonly depth: number;
  readonly layers: readonly LayerCount[];
}

/** Counts a network. Throws GRAPH_INVALID where its shapes do not fit. */
export function countNetwork(graph: NetworkGraph): NetworkCount {
  const matrices = matrixLayers(graph);
  const layers = countLayers(graph, matrices);
  const weights = allWeights(graph);
  const total = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0);
  return {
    parameters: total(weights.map(({ shape }) => sizeOf(shape))),
    trainableParameters: total(weights.filter(({ trainable }) => trainable).map(({ shape }) => sizeOf(shape))),
    foldedParameters: countFolded(graph),
    crossbarWeights: total(layers.map((layer) => layer.weights)),
    macs: total(layers.map((layer) => layer.macs)),
    depth: longestPath(graph, new Set(matrices.map(({ node }) => node))),
    layers,
  };
}

/** Every weight of a network with its full name `<nodeId>/<name>`, in the order of the nodes. */
export function networkWeights(graph: NetworkGraph): WeightSpec[] {
  return allWeights(graph).map(({ node, ...spec }) => ({ ...spec, name: `${node}/${spec.name}` }));
}

function allWeights(graph: NetworkGraph): (WeightSpec & { node: string })[] {
  const shapes = inferShapes(graph);
  return graph.nodes.flatMap((node) => {
    const specs = opOf(node).weights?.(node, inputShapes(node, shapes)) ?? [];
    return specs.map((spec) => ({ ...spec, node: node.id }));
  });
}

/** Size and work of each of a network's matrices, in their order. */
export function countLayers(graph: NetworkGraph, matrices: readonly MatrixLayer[] = matrixLayers(graph)): LayerCount[] {
  const ops = new Map(graph.nodes.map(({ id, op }) => [id, op]));
  return matrices.map(({ id, node, shape, positions, weights }) => ({
    id,
    op: ops.get(node)!,
    rows: matrixRows(shape),
    cols: matrixCols(shape),
    groups: shape.kind === 'conv2d' ? (shape.groups ?? 1) : 1,
    positions,
    macs: weights * positions,
    weights,
  }));
}

/** A batch norm right behind a matrix leaves one bias per channel there; any other keeps a scale and an offset. */
function countFolded(graph: NetworkGraph): number {
  const readers = consumers(graph);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const folds = (id: string) => {
    const [reader, ...others] = readers.get(id)!;
    return reader !== undefined && others.length === 0 && nodes.get(reader)!.op === 'batchNorm';
  };
  const foldable = new Set(['conv2d', 'depthwiseConv2d', 'dense']);
  let count = 0;
  for (const { node: id, name, shape } of allWeights(graph)) {
    const node = nodes.get(id)!;
    if (node.op !== 'batchNorm') {
      count += sizeOf(shape);
      continue;
    }
    const before = nodes.get(node.inputs[0]!)!;
    const folded = foldable.has(before.op) && folds(before.id);
    const becomesBias = folded && name === 'beta' && 'bias' in before && !before.bias;
    const staysAffine = !folded && (name === 'gamma' || name === 'beta');
    if (becomesBias || staysAffine) count += sizeOf(shape);
  }
  return count;
}

function longestPath(graph: NetworkGraph, matrixNodes: ReadonlySet<string>): number {
  const depths = new Map<string, number>();
  for (const { id, inputs } of graph.nodes) {
    const before = Math.max(0, ...inputs.map((input) => depths.get(input)!));
    depths.set(id, before + (matrixNodes.has(id) ? 1 : 0));
  }
  return depths.get(graph.output)!;
}
