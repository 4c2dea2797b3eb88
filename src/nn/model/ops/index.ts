import type { NodeOf, OpName } from '../../graph/ops/index.js';
import type { Binder } from '../runner.js';
import { activations, clip, leakyRelu } from './activations.js';
import { attention, layerNorm } from './attention.js';
import { batchNorm } from './batch-norm.js';
import { add, concat, mul } from './combine.js';
import { conv2d, dense, depthwiseConv2d } from './matrix.js';
import { dropout, identity } from './pass-through.js';
import { avgPool, globalAvgPool, globalMaxPool, maxPool } from './pooling.js';
import { gru, lstm } from './recurrent.js';
import { constant, flatten, reshape, transpose } from './reshaping.js';
import { pad, stridedSlice } from './slicing.js';

/** How each operation is computed. The input is handed in from outside. */
export const binders: { readonly [Op in Exclude<OpName, 'input'>]: Binder<NodeOf<Op>> } = {
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
