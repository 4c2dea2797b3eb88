import * as tfl from '@tensorflow/tfjs-layers';
import { fail } from '../../config/index.js';
import {
  type GraphNode,
  inferShapes,
  type Model,
  type NetworkGraph,
  type NodeOf,
  type OpName,
} from '../../nn/index.js';
import { type LayerContext, LayerWriter } from './layer-writer.js';
import { conv2d, dense, depthwiseConv2d } from './matrix-layers.js';
import * as plain from './plain-layers.js';
import { gru, lstm } from './recurrent-layers.js';

type ToLayers<Op extends OpName> = (node: NodeOf<Op>, context: LayerContext) => tfl.SymbolicTensor;

const toLayers: { readonly [Op in Exclude<OpName, 'input' | 'constant' | 'attention'>]: ToLayers<Op> } = {
  conv2d,
  depthwiseConv2d,
  dense,
  lstm,
  gru,
  layerNorm: plain.layerNorm,
  batchNorm: plain.batchNorm,
  relu: plain.relu,
  relu6: plain.relu,
  sigmoid: plain.activation,
  tanh: plain.activation,
  softplus: plain.activation,
  softmax: plain.activation,
  swish: plain.activation,
  hardSigmoid: plain.hardSigmoid,
  hardSwish: plain.hardSwish,
  gelu: plain.nodeLayer,
  leakyRelu: plain.leakyRelu,
  clip: plain.nodeLayer,
  add: plain.combine,
  mul: plain.combine,
  concat: plain.concat,
  maxPool: plain.pool,
  avgPool: plain.pool,
  globalAvgPool: plain.globalPool,
  globalMaxPool: plain.globalPool,
  flatten: plain.flatten,
  reshape: plain.reshape,
  transpose: plain.transpose,
  pad: plain.pad,
  stridedSlice: plain.stridedSlice,
  dropout: plain.dropout,
  identity: plain.activation,
};

/**
 * The model as a trainable tf.layers model with the same weights and the same results. Layers are named after the nodes.
 * Standard layers wherever tf.layers has them; the rest is {@link NodeLayer}s. The two models share nothing. TensorFlow.js
 * lacks the gradient of dilated convolutions, so that networks with such can be evaluated there but not trained.
 *
 * @throws MODEL_INVALID naming the node that tf.layers cannot express (constants, GRUs that reset after the product).
 */
export function toLayersModel(model: Model): tfl.LayersModel {
  const { graph } = model;
  const refusal = layersRefusal(graph);
  if (refusal !== undefined) fail('MODEL_INVALID', refusal);
  const shapes = inferShapes(graph);
  const writer = new LayerWriter(model.exportWeights());
  const outputs = new Map<string, tfl.SymbolicTensor>();
  for (const node of graph.nodes) {
    if (node.op === 'input') {
      outputs.set(node.id, tfl.input({ shape: [...node.shape], name: writer.name(node.id) }));
      continue;
    }
    const convert = toLayers[node.op as keyof typeof toLayers] as (
      node: GraphNode,
      context: LayerContext,
    ) => tfl.SymbolicTensor;
    const context = {
      writer,
      inputs: node.inputs.map((id) => outputs.get(id)!),
      inputShapes: node.inputs.map((id) => shapes.get(id)!),
      outputShape: shapes.get(node.id)!,
    };
    outputs.set(node.id, convert(node, context));
  }
  const layersModel = tfl.model({
    name: writer.name(`${graph.name}-model`),
    inputs: outputs.get('input')!,
    outputs: outputs.get(graph.output)!,
  });
  writer.writeWeights();
  return layersModel;
}

/** Why tf.layers cannot express a network; undefined where it can. */
export function layersRefusal(graph: NetworkGraph): string | undefined {
  for (const node of graph.nodes) {
    const reason = nodeRefusal(node);
    if (reason !== undefined) return `Node "${node.id}" (${node.op}) cannot become a tf.layers layer: ${reason}.`;
  }
  return undefined;
}

function nodeRefusal(node: GraphNode): string | undefined {
  if (node.op === 'constant') return 'a layer needs an input';
  if (node.op === 'attention') return 'it has no attention layer';
  if (node.op === 'gru' && node.resetAfter) return 'its GRU applies the reset gate before the recurrent product';
  if ((node.op === 'gru' || node.op === 'lstm') && node.reverse && node.returnSequences) {
    return 'its reversed layers return their sequence in reading order';
  }
  return undefined;
}
