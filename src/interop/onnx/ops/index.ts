import { alias, clip, dropout, gelu, hardSigmoid, leakyRelu, plain, softmax } from './activations.js';
import { cast } from './cast.js';
import { binary, concat } from './combine.js';
import { constant, constantOfShape, expand } from './constants.js';
import type { Handler } from './handler.js';
import { conv, gemm, matMul } from './matrix.js';
import { batchNormalization } from './normalise.js';
import { averagePool, globalAveragePool, globalMaxPool, maxPool, reduceMean } from './pooling.js';
import { gru, lstm } from './recurrent.js';
import { flatten, reshape, squeeze, transpose, unsqueeze } from './shaping.js';
import { gather, pad, shape, slice } from './slicing.js';

/** Every operation that the importer knows, by its ONNX name. */
export const handlers: Readonly<Record<string, Handler>> = {
  Add: binary('Add'),
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Conv: conv,
  Div: binary('Div'),
  Dropout: dropout,
  Expand: expand,
  Flatten: flatten,
  GRU: gru,
  Gather: gather,
  Gelu: gelu,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  HardSigmoid: hardSigmoid,
  HardSwish: plain('hardSwish'),
  Identity: alias,
  LSTM: lstm,
  LeakyRelu: leakyRelu,
  MatMul: matMul,
  MaxPool: maxPool,
  Mul: binary('Mul'),
  Pad: pad,
  ReduceMean: reduceMean,
  Relu: plain('relu'),
  Reshape: reshape,
  Shape: shape,
  Sigmoid: plain('sigmoid'),
  Slice: slice,
  Softmax: softmax,
  Softplus: plain('softplus'),
  Squeeze: squeeze,
  Sub: binary('Sub'),
  Tanh: plain('tanh'),
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
