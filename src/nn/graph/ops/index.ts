import type { OpDefinition } from '../op-definition.js';
import { type ActivationNode, activations, type ClipNode, clip, type LeakyReluNode, leakyRelu } from './activations.js';
import { type AttentionNode, attention, type LayerNormNode, layerNorm } from './attention.js';
import { type BatchNormNode, batchNorm } from './batch-norm.js';
import { type AddNode, add, type ConcatNode, concat, type MulNode, mul } from './combine.js';
import { type ConstantNode, constant } from './constant.js';
import { type Conv2dNode, conv2d } from './conv2d.js';
import { type DenseNode, dense } from './dense.js';
import { type DepthwiseConv2dNode, depthwiseConv2d } from './depthwise-conv2d.js';
import { type InputNode, input } from './input.js';
import { type DropoutNode, dropout, type IdentityNode, identity } from './pass-through.js';
import {
  type AvgPoolNode,
  avgPool,
  type GlobalAvgPoolNode,
  type GlobalMaxPoolNode,
  globalAvgPool,
  globalMaxPool,
  type MaxPoolNode,
  maxPool,
} from './pooling.js';
import { type GruNode, gru, type LstmNode, lstm } from './recurrent.js';
import { type FlattenNode, flatten, type ReshapeNode, reshape, type TransposeNode, transpose } from './reshaping.js';
import { type PadNode, pad, type StridedSliceNode, stridedSlice } from './slicing.js';

/** One operation of a network. Every node has `id`, `op` and `inputs`; the rest depends on `op`. */
export type GraphNode =
  | InputNode
  | ConstantNode
  | Conv2dNode
  | DepthwiseConv2dNode
  | DenseNode
  | LstmNode
  | GruNode
  | AttentionNode
  | LayerNormNode
  | BatchNormNode
  | ActivationNode
  | LeakyReluNode
  | ClipNode
  | AddNode
  | MulNode
  | ConcatNode
  | MaxPoolNode
  | AvgPoolNode
  | GlobalAvgPoolNode
  | GlobalMaxPoolNode
  | FlattenNode
  | ReshapeNode
  | TransposeNode
  | PadNode
  | StridedSliceNode
  | DropoutNode
  | IdentityNode;

/** Name of an operation. */
export type OpName = GraphNode['op'];

/** The node type of an operation. */
export type NodeOf<Op extends OpName> = Extract<GraphNode, { op: Op }>;

/** Every operation that a network graph may contain. */
export const ops: { readonly [Op in OpName]: OpDefinition<NodeOf<Op>> } = {
  input,
  constant,
  conv2d,
  depthwiseConv2d,
  dense,
  lstm,
  gru,
  attention,
  layerNorm,
  batchNorm,
  ...activations,
  leakyRelu,
  clip,
  add,
  mul,
  concat,
  maxPool,
  avgPool,
  globalAvgPool,
  globalMaxPool,
  flatten,
  reshape,
  transpose,
  pad,
  stridedSlice,
  dropout,
  identity,
};

/** The definition of a node's operation. */
export function opOf(node: GraphNode): OpDefinition<GraphNode> {
  return ops[node.op] as OpDefinition<GraphNode>;
}
